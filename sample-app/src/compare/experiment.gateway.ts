import { ParseEnumPipe, ParseIntPipe } from '@nestjs/common';
import {
  BroadcastStream,
  broadcastTo,
  CurrentSession,
  OnJoin,
  RoomGateway,
  RoomParam,
  Rooms,
  Session,
} from 'nestjs-roost';
import { ignoreElements, merge, type Observable } from 'rxjs';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import { RATES, type CompareContract, type Rate, type Start, type Traffic } from './compare.contract.js';
import { talk } from './talk.js';
import { TrafficCounter } from './traffic.js';

const rateNames = Object.fromEntries(Object.keys(RATES).map((rate) => [rate, rate]));

/** While somebody is in its room, people talk in the channel and what goes over the sockets for it is counted. */
@RoomGateway('experiment/:rate/:channel', { history: false, presence: 'off' })
export class ExperimentGateway {
  constructor(
    private readonly rooms: Rooms,
    private readonly counter: TrafficCounter,
  ) {}

  @OnJoin()
  async join(
    @RoomParam('rate', new ParseEnumPipe(rateNames)) _rate: Rate,
    @RoomParam('channel', ParseIntPipe) channel: number,
    @CurrentSession() session: Session<Person>,
  ): Promise<Start> {
    const { epoch, offset } = await this.rooms.get(`compare/${channel}`).history({ limit: 1 });
    return { you: youOf(session), since: { epoch, offset } };
  }

  @BroadcastStream<Traffic>('traffic', { latest: true })
  run(@RoomParam('rate') rate: Rate, @RoomParam('channel') channel: string): Observable<Traffic> {
    const room = this.rooms.get<CompareContract>(`compare/${channel}`);
    const talking = talk(rate).pipe(broadcastTo(room, 'say', { durable: true }), ignoreElements());
    return merge(this.counter.count(channel), talking);
  }
}
