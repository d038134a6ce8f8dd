import { MessageBody } from '@nestjs/websockets';
import { BroadcastStream, CurrentSession, OnJoin, OnMessage, RoomGateway, RoomParam, Session } from 'nestjs-roost';
import { Observable, type Observer } from 'rxjs';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import { FlyDto } from './fly.dto.js';
import type { Flight } from './game.contract.js';

/** Who is in an arena is the room's presence; where they are goes out twenty times a second, the newest of each bird. */
@RoomGateway('game/:name', { history: false, presence: 'list' })
export class GameGateway {
  readonly #arenas = new Map<string, Observer<Flight>>();

  @OnJoin()
  join(@CurrentSession() session: Session<Person>) {
    return { you: youOf(session) };
  }

  @OnMessage('fly')
  fly(@RoomParam('name') name: string, @CurrentSession() { id }: Session, @MessageBody() { x, y }: FlyDto) {
    this.#arenas.get(name)?.next({ id, x, y });
  }

  @BroadcastStream<Flight>('flight', { sample: 50, key: ({ id }) => id })
  flights(@RoomParam('name') name: string) {
    return new Observable<Flight>((arena) => {
      this.#arenas.set(name, arena);
      return () => this.#arenas.delete(name);
    });
  }
}
