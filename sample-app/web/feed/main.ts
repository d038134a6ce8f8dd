import type { ClientRoom } from 'nestjs-roost/client';
import type { FeedContract } from '../../src/feed/feed.contract.js';
import { byId } from '../dom.js';
import { People } from '../site/people.js';
import { Visitor } from '../site/visitor.js';
import { Board } from './board.js';
import { Plot } from './plot.js';
import { Ticker } from './ticker.js';

const visitor = new Visitor();
const people = new People(visitor);
const ticker = new Ticker();
const plot = new Plot();
const board = new Board();

visitor.enter((client) => {
  const room = client.join<FeedContract>(`feed/${byId('name').textContent}`);
  room.onJoined(({ data }) => visitor.is(data.you));
  room.onPresence((state) => people.draw(state));
  room.onLeft((_reason, error) => board.tell(error?.message));
  room.on('height', (height, { ts }) => {
    ticker.show(height);
    plot.add(height, ts);
  });
  void follow(room);
});

async function follow(room: ClientRoom<FeedContract>): Promise<void> {
  for await (const score of room.on$('score')) {
    ticker.begin(score);
    board.show(score);
  }
}
