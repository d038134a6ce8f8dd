/** A node of the cluster under test: a chat whose rooms and sessions are in Redis. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessageBody } from '@nestjs/websockets';
import {
  CurrentRoom,
  CurrentSession,
  OnLeave,
  OnMessage,
  Room,
  RoomGateway,
  RoostModule,
  Session,
  type OnSessionOpen,
  type OnSessionResume,
} from 'nestjs-roost';
import { redisStore } from 'nestjs-roost/redis';
import { appendFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';

const { ROOST_REDIS_URL: url = '', ROOST_NODE: name = '', ROOST_JOURNAL: journal = '' } = process.env;

/** Writes down what has run, where a process that is killed cannot forget it. */
function wrote(line: string): void {
  appendFileSync(journal, `${line}\n`);
}

@RoomGateway('chat/:channel', { presence: 'list', history: { size: 100_000, bytes: 2 ** 28 } })
class ChatGateway implements OnSessionOpen, OnSessionResume {
  @OnMessage('say')
  say(@CurrentRoom() room: Room, @MessageBody() text: string) {
    wrote(`say ${text}`);
    return room.broadcast('say', text);
  }

  @OnLeave()
  left(@CurrentRoom() room: Room, @CurrentSession() session: Session) {
    wrote(`leave ${session.id} ${room.name}`);
  }

  onSessionOpen(session: Session) {
    session.send('node', name);
  }

  onSessionResume(session: Session) {
    session.send('node', name);
  }
}

const app = await NestFactory.create(
  {
    module: class ChatModule {},
    imports: [
      RoostModule.forRoot({
        store: redisStore({ url, commandTimeout: 1_000, lease: 2_000, check: [1_000, 3_000], probe: 1_000 }),
        heartbeat: { interval: 1_000, timeout: 1_000 },
        session: { ttl: 8_000, awayPerAddress: 1_000 },
        limits: { replay: 100_000, messages: false, connections: false },
        shutdown: { after: 50, spread: 500 },
      }),
    ],
    providers: [ChatGateway],
  },
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
process.stdout.write(`${((app.getHttpServer() as Server).address() as AddressInfo).port}\n`);
process.once('SIGTERM', () => void app.close());
