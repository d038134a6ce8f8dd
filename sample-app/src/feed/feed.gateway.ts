import { BroadcastStream, CurrentSession, OnJoin, RoomGateway, RoomParam, Session } from 'nestjs-roost';
import { mergeMap } from 'rxjs';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import { BIRDS, type Height, type Score } from './feed.contract.js';
import { Races } from './races.js';
import { scores } from './scores.js';

@RoomGateway('feed/:name', { history: false, presence: 'list' })
export class FeedGateway {
  constructor(private readonly races: Races) {}

  @OnJoin()
  join(@CurrentSession() session: Session<Person>) {
    return { you: youOf(session) };
  }

  @BroadcastStream<Height>('height', { sample: 200, key: ({ bird }) => bird })
  heights(@RoomParam('name') name: string) {
    return this.races.get(name).pipe(mergeMap((heights) => BIRDS.map((bird) => ({ bird, metres: heights[bird] }))));
  }

  @BroadcastStream<Score>('score', { latest: true })
  scores(@RoomParam('name') name: string) {
    return this.races.get(name).pipe(scores());
  }
}
