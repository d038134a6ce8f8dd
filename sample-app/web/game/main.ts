import type { ClientRoom } from 'nestjs-roost/client';
import type { GameContract, Place } from '../../src/game/game.contract.js';
import { byId, count } from '../dom.js';
import { Visitor } from '../site/visitor.js';
import { Flock } from './flock.js';
import { Pilot } from './pilot.js';

/** Milliseconds between two positions that are sent. */
const SEND_MS = 50;

const here = byId('here');
const visitor = new Visitor();
const flock = new Flock(visitor);
const pilot = new Pilot(byId('arena'), byId('flock'));
let room: ClientRoom<GameContract> | undefined;
let sent = { ...pilot.place, at: 0 };
let drawn = 0;

visitor.enter((client) => {
  const joining = client.join<GameContract>(`game/${byId('name').textContent}`);
  room = joining;
  joining.onJoined(({ data }) => {
    visitor.is(data.you);
    flock.show(joining.members ?? []);
    send(pilot.place);
  });
  joining.onPresence(({ count: birds, members = [] }) => {
    here.textContent = `${count(birds, 'bird')} here`;
    flock.show(members);
  });
  joining.onLeft((_reason, error) => {
    if (error) here.textContent = error.message;
  });
  joining.on('flight', (flight) => flock.sees(flight));
});

requestAnimationFrame(function draw(now: number) {
  const seconds = Math.min(0.1, (now - drawn) / 1_000);
  drawn = now;
  const place = pilot.fly(seconds);
  flock.draw(place, seconds);
  const moved = Math.hypot(place.x - sent.x, place.y - sent.y) > 0.001;
  if (moved && now - sent.at >= SEND_MS && visitor.client.status.state === 'online') send(place, now);
  requestAnimationFrame(draw);
});

// Who leaves the page leaves the arena; on the other pages the session would wait for who may come back.
addEventListener('pagehide', () => void room?.leave().catch(() => {}));
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

function send({ x, y }: Place, at = performance.now()): void {
  sent = { x, y, at };
  // One that does not arrive is made up for by the next.
  room?.send('fly', { x, y }).catch(() => {});
}
