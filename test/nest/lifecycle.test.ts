import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Heartbeat, OnJoin, OnLeave, OnMessage, RoomGateway, Rooms, RoostModule, Sessions } from 'nestjs-roost';
import { deferred, Log, type Deferred } from './support/deferred.js';
import { refusedUpgrade, useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
const room = 'room/1';
let gate: Deferred<void>;

beforeEach(() => {
  log.clear();
  gate = deferred();
});

@RoomGateway('room/:id')
class Gateway {
  @OnJoin()
  join() {}

  @OnMessage('slow')
  async slow() {
    log.add('slow begins');
    await gate.promise;
    log.add('slow ends');
  }

  @OnLeave()
  async leave() {
    log.add('leave begins');
    await gate.promise;
    log.add('leave ends');
  }
}

describe('hard case 23: app.close() with clients attached', () => {
  const shutdown = { after: 100, spread: 50 };

  it.each(['session', 'plain'] as const)('tells a %s client when to come back, then closes with 1012', async (mode) => {
    gate.resolve();
    const { app } = await scene.start({ providers: [Gateway], roost: { shutdown } });
    const client = await scene[mode]();
    client.send({ op: 'join', room, id: 1 });
    await client.answer(1);
    await app.close();
    expect(await client.closed).toMatchObject({ code: 1012 });
    const hint = client.received.find(({ op }) => op === 'reconnect');
    expect(hint?.['after']).toBeGreaterThanOrEqual(100);
    expect(hint?.['after']).toBeLessThanOrEqual(150);
    expect(client.received.at(-1)).toBe(hint);
    expect(log.lines).toEqual(['leave begins', 'leave ends']);
  });

  it('waits for leave hooks', async () => {
    const { app } = await scene.start({ providers: [Gateway] });
    await scene.member(room);
    const closed = app.close().then(() => log.add('closed'));
    await log.has('leave begins');
    gate.resolve();
    await closed;
    expect(log.lines).toEqual(['leave begins', 'leave ends', 'closed']);
  });

  it('gives hooks up after timeouts.drain', async () => {
    const { app } = await scene.start({ providers: [Gateway], roost: { timeouts: { drain: 30 } } });
    await scene.member(room);
    await app.close();
    expect(log.lines).toEqual(['leave begins']);
    gate.resolve();
    await log.has('leave ends');
  });

  it('refuses newcomers with 503 meanwhile', async () => {
    const { app, url } = await scene.start({ providers: [Gateway] });
    await scene.member(room);
    const closed = app.close();
    await log.has('leave begins');
    expect(await refusedUpgrade(url)).toMatchObject({ status: 503, body: { statusCode: 503 } });
    expect(await refusedUpgrade(url, { 'Sec-WebSocket-Protocol': 'roost.v1' })).toMatchObject({ status: 503 });
    gate.resolve();
    await closed;
  });

  it('may be called twice, also at once', async () => {
    gate.resolve();
    const { app } = await scene.start({ providers: [Gateway] });
    const client = await scene.member(room);
    await Promise.all([app.close(), app.close()]);
    await app.close();
    expect(await client.closed).toMatchObject({ code: 1012 });
    expect(log.lines).toEqual(['leave begins', 'leave ends']);
  });

  it('drain() before it lets clients go while the app is still whole', async () => {
    gate.resolve();
    @Injectable()
    class Database implements OnModuleDestroy {
      onModuleDestroy() {
        log.add('database gone');
      }
    }
    const { app } = await scene.start({ providers: [Gateway, Database] });
    const client = await scene.member(room);
    await app.get(RoostModule).drain();
    expect(await client.closed).toMatchObject({ code: 1012 });
    expect(log.lines).not.toContain('database gone');
    await app.close();
  });

  it('does not wait for a handler that hangs longer than it may', async () => {
    const { app } = await scene.start({ providers: [Gateway], roost: { timeouts: { drain: 30, handler: 100_000 } } });
    const client = await scene.member(room);
    client.send({ event: 'slow', room, id: 2 });
    await log.has('slow begins');
    await app.close();
    gate.resolve();
    await log.has('slow ends');
  });
});

it('an app that nobody connected to closes, listening or not', async () => {
  const idle = await scene.start({ providers: [Gateway] });
  await idle.app.close();
  class AppModule {}
  const silent = await NestFactory.create(
    { module: AppModule, imports: [RoostModule.forRoot()], providers: [Gateway] },
    { logger: false },
  );
  await silent.init();
  await silent.close();
});

describe('hard case 23: several apps in one process', () => {
  it('keep to themselves', async () => {
    gate.resolve();
    const first = await scene.start({ providers: [Gateway] });
    const ann = await scene.member(room);
    const second = await scene.start({ providers: [Gateway] });
    const bob = await scene.member(room);
    expect(first.app.get(Rooms).get(room).members).toHaveLength(1);
    await second.app.get(Rooms).get(room).broadcast('hi', 2);
    await first.app.get(Rooms).get(room).broadcast('hi', 1);
    expect(await ann.find(({ event }) => event === 'hi', 'hi')).toMatchObject({ data: 1 });
    expect(await bob.find(({ event }) => event === 'hi', 'hi')).toMatchObject({ data: 2 });
    await first.app.close();
    expect(await ann.closed).toMatchObject({ code: 1012 });
    await second.app.get(Rooms).get(room).broadcast('still', 'here');
    expect(await bob.find(({ event }) => event === 'still', 'still')).toMatchObject({ data: 'here' });
  });
});

describe('an application context', () => {
  @Injectable()
  class Worker {
    constructor(
      readonly rooms: Rooms,
      readonly sessions: Sessions,
      readonly heartbeat: Heartbeat,
    ) {}
  }
  class AppModule {}

  it('needs no adapter and no server: rooms can be spoken to', async () => {
    const context = await NestFactory.createApplicationContext(
      { module: AppModule, imports: [RoostModule.forRoot()], providers: [Gateway, Worker] },
      { logger: false },
    );
    const { rooms, sessions, heartbeat } = context.get(Worker);
    expect(await rooms.get(room).broadcast('hi', 1)).toMatchObject({ offset: 1 });
    expect((await rooms.get(room).history()).messages).toMatchObject([{ event: 'hi', data: 1 }]);
    expect([sessions.size, heartbeat.size]).toEqual([0, 0]);
    await context.close();
  });
});

it('Rooms, Sessions and Heartbeat can be injected anywhere, into the gateway itself and its neighbours too', async () => {
  @Controller('rooms')
  class RoomsController {
    constructor(private readonly rooms: Rooms) {}

    @Get()
    async all() {
      return this.rooms.get('note/1').history();
    }
  }
  @RoomGateway('note/:id')
  class Notes {
    constructor(
      private readonly rooms: Rooms,
      private readonly sessions: Sessions,
      private readonly heartbeat: Heartbeat,
    ) {}

    @OnMessage('count')
    async count() {
      await this.rooms.get('note/1').broadcast('counted', this.sessions.size);
      return [this.sessions.size, this.heartbeat.size];
    }
  }
  @WebSocketGateway({ path: '/ws' })
  class Neighbour {
    constructor(private readonly sessions: Sessions) {}

    @SubscribeMessage('size')
    size() {
      return this.sessions.size;
    }
  }
  class Feature {}
  const { port } = await scene.start({
    imports: [{ module: Feature, controllers: [RoomsController], providers: [Notes, Neighbour] }],
  });
  const client = await scene.member('note/1');
  expect(await client.request({ event: 'count', room: 'note/1' })).toMatchObject({ data: [1, 1] });
  expect(await client.request({ event: 'size' })).toMatchObject({ data: 1 });
  const page = (await (
    await fetch(`http://127.0.0.1:${port}/rooms`, { headers: { connection: 'close' } })
  ).json()) as object;
  expect(page).toMatchObject({ messages: [{ event: 'counted', data: 1 }] });
});
