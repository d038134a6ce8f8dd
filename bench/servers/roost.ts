/** Roost, with its default options but for what the scenario names, and rates that one address cannot reach. */
import { UsePipes, ValidationPipe } from '@nestjs/common';
import { MessageBody } from '@nestjs/websockets';
import { Subject } from 'rxjs';
import {
  BroadcastStream,
  CurrentRoom,
  OnMessage,
  Room,
  RoomGateway,
  Rooms,
  RoostModule,
  type RoostOptions,
} from '../../lib/index.js';
import { redisStore } from '../../lib/redis/index.js';
import type { Message } from './message.js';
import { createApp, listen } from './nest-app.js';
import { serverOptions } from './options.js';
import { SayDto } from './say.dto.js';
import { serve } from './server.js';

const { window, compression, presence, history, sample, redis, heartbeat, ttl, check } = serverOptions();

const VALIDATION = new ValidationPipe();

@RoomGateway('bench/:room', { ...(presence && { presence }), ...(history === false && { history }) })
class BenchGateway {
  @OnMessage('say')
  @UsePipes(VALIDATION)
  say(@CurrentRoom() room: Room, @MessageBody() { at, text }: SayDto) {
    return room.broadcast('message', { at, text });
  }

  @OnMessage('note')
  @UsePipes(VALIDATION)
  note(@MessageBody() { text }: SayDto) {
    return { length: text.length };
  }

  /** Nothing of Nest's has a part in it. */
  @OnMessage('nod')
  nod(@MessageBody() { text }: SayDto) {
    return { length: text.length };
  }
}

/** What streams give: the values of the one room that there is. */
const values$ = new Subject<Message>();

function streaming(sample: number) {
  @RoomGateway('bench/:room')
  class StreamGateway {
    @BroadcastStream('message', { sample })
    values() {
      return values$;
    }
  }
  return StreamGateway;
}

// All load comes from one address, as fast as it is taken. The limits are out of reach, not off: their work is done.
const unreachable = { perSecond: 1_000_000, burst: 1_000_000 };
const options: RoostOptions = {
  limits: { connections: unreachable, messages: unreachable },
  session: { awayPerAddress: 10_000, ...(ttl !== undefined && { ttl }) },
  ...(heartbeat !== undefined && { heartbeat: { interval: heartbeat } }),
  ...(window !== undefined && { fanOut: { window } }),
  ...(compression && { compression }),
  ...(redis !== undefined && { store: redisStore({ url: redis, ...(check && { check }) }) }),
};
const app = await createApp({
  imports: [RoostModule.forRoot(options)],
  providers: [sample === undefined ? BenchGateway : streaming(sample)],
});
const rooms = app.get(Rooms);

serve({
  listen: () => listen(app),
  broadcast: (room, message) => {
    if (sample !== undefined) return values$.next(message);
    const published = rooms.get(room).broadcast('message', message);
    if (redis !== undefined) return published;
  },
});
