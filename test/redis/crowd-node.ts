/** A node whose rooms are in Redis, and may have very many members. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, OnMessage, Room, RoomGateway, RoostModule } from 'nestjs-roost';
import { redisStore } from 'nestjs-roost/redis';
import type { AddressInfo, Server } from 'node:net';

@RoomGateway('crowd/:name', { presence: 'count' })
class CrowdGateway {
  @OnMessage('say')
  say(@CurrentRoom() room: Room, @MessageBody() text: string) {
    return room.broadcast('say', text);
  }
}

const store = redisStore({ url: process.env['ROOST_REDIS_URL'] ?? '' });
const roost = RoostModule.forRoot({ store, limits: { connections: false }, heartbeat: { interval: 2_000_000_000 } });
const app = await NestFactory.create(
  { module: class CrowdModule {}, imports: [roost], providers: [CrowdGateway] },
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
process.stdout.write(`${((app.getHttpServer() as Server).address() as AddressInfo).port}\n`);
process.once('SIGTERM', () => void app.close());
