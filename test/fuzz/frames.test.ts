import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { CurrentRoom, OnMessage, Room, RoomGateway, Sessions } from 'nestjs-roost';
import { connect } from 'node:net';
import { once } from 'node:events';
import { startApp, type TestApp } from '../support/app.js';
import { RawClient } from '../support/raw-client.js';

const SEED = Number(process.env['ROOST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Frames of one attack, and attacks of each mode. */
const FRAMES = 40;
const ATTACKS = 25;

@RoomGateway('chat/:channel')
class ChatGateway {
  @OnMessage('say')
  say(@CurrentRoom() room: Room, @MessageBody() data: unknown) {
    return room.broadcast('say', data);
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return { event: 'echo', data };
  }
}

const hostile = fc.constantFrom(
  null,
  true,
  -1,
  0.5,
  1e308,
  '',
  '__proto__',
  'chat/x',
  '\u0000',
  '/',
  {},
  [],
  'a'.repeat(300),
);
const field = fc.oneof(hostile, fc.jsonValue(), fc.nat(5));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json(),
  fc.nat(20_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.nat(3_000).map((depth) => `{"event":"say","room":"chat/x","data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`),
  fc
    .record(
      {
        op: fc.oneof(
          fc.constantFrom('connect', 'join', 'leave', 'history', 'presence', 'ping', 'pong', 'welcome'),
          field,
        ),
        event: fc.oneof(fc.constantFrom('say', 'echo', 'constructor'), field),
        room: fc.oneof(fc.constantFrom('chat/x', 'chat/general', 'nowhere'), field),
        id: field,
        data: field,
        since: fc.oneof(field, fc.record({ epoch: field, offset: field })),
        before: field,
        limit: field,
        seq: field,
        rooms: fc.oneof(field, fc.dictionary(fc.string(), field)),
      },
      { requiredKeys: [] },
    )
    .map((frame) => JSON.stringify(frame)),
);
const frame = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) });

describe('hostile frames', () => {
  let server: TestApp;
  let bystander: RawClient;
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown) => unhandled.push(error);

  beforeEach(async () => {
    process.stdout.write(`fuzz: ROOST_SEED=${SEED}\n`);
    process.on('unhandledRejection', onUnhandled);
    server = await startApp({ providers: [ChatGateway], roost: { limits: { connections: false } } });
    bystander = await RawClient.session(server.url);
    await bystander.request({ op: 'join', room: 'chat/general' });
  });
  afterEach(async () => {
    await bystander.close();
    await server.close();
    process.off('unhandledRejection', onUnhandled);
  });

  /** The bystander talks, and hears itself, in order. */
  let said = 0;
  async function talk(): Promise<void> {
    const data = `still here ${said++}`;
    expect(await bystander.request({ event: 'say', room: 'chat/general', data })).toMatchObject({ op: 'ack' });
    await bystander.find((heard) => heard['event'] === 'say' && heard['data'] === data, data);
  }

  it.each(['plain', 'session'] as const)(
    'in %s mode end no process and cost nobody else anything',
    async (mode) => {
      const attacks = fc.sample(fc.array(frame, { minLength: 1, maxLength: FRAMES }), { seed: SEED, numRuns: ATTACKS });
      for (const attack of attacks) {
        const attacker = mode === 'plain' ? await RawClient.plain(server.url) : await RawClient.session(server.url);
        for (const sent of attack) attacker.socket.send(sent);
        await talk();
        await attacker.cut();
      }
      expect(unhandled).toEqual([]);
    },
    60_000,
  );

  it('that are none by the rules of WebSocket cost nobody else anything', async () => {
    const broken = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 64 }), { seed: SEED, numRuns: ATTACKS });
    for (const bytes of broken) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      const upgrade = ['GET /ws HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
      const key = ['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version: 13', '', ''];
      socket.write([...upgrade, ...key].join('\r\n'));
      await once(socket, 'data');
      socket.write(bytes);
      await talk();
      socket.destroy();
    }
    const huge = await RawClient.plain(server.url);
    huge.send('x'.repeat(10 * 1024 * 1024));
    expect((await huge.closed).code).toBe(1009);
    await talk();
    expect(unhandled).toEqual([]);
    expect(server.app.get(Sessions).awayCount).toBe(0);
  }, 60_000);
});
