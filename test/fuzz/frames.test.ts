import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkProperty, TIMES } from '../support/property.js';
import { RawClient } from '../support/raw-client.js';
import { message, webSocketFrame } from './support/frames.js';
import { Siege } from './support/siege.js';
import { rawFrame, Wire } from './support/wire.js';

const MODES = ['plain', 'session'] as const;

describe('hostile frames end no process and cost nobody else anything', () => {
  let siege: Siege;

  beforeEach(async () => {
    siege = await Siege.begin();
  });
  afterEach(() => siege.end());

  const open = (mode: (typeof MODES)[number]) =>
    mode === 'plain' ? RawClient.plain(siege.server.url) : RawClient.session(siege.server.url);

  it.each(MODES)(
    'spoilt, deep, huge, binary or random, in %s mode',
    async (mode) => {
      const attack = fc.record({
        frames: fc.array(message, { minLength: 1, maxLength: 40 }),
        joins: fc.boolean(),
        bye: fc.boolean(),
      });
      const property = fc.asyncProperty(attack, async ({ frames, joins, bye }) => {
        const attacker = await open(mode);
        if (joins) attacker.send({ op: 'join', id: 1, room: 'chat/x' });
        for (const frame of frames) attacker.socket.send(frame);
        await siege.talk();
        // Ten bad frames in a row close a connection, whoever says goodbye first.
        await (bye ? attacker.close() : attacker.cut());
      });
      await checkProperty(`hostile frames, ${mode}`, property, 150);
      await siege.quiet();
      expect(await siege.complaints()).toEqual([]);
    },
    60_000 * TIMES,
  );

  it.each(MODES)(
    'that break the rules of WebSocket, in %s mode',
    async (mode) => {
      const property = fc.asyncProperty(fc.array(webSocketFrame, { minLength: 1, maxLength: 12 }), async (frames) => {
        const wire = await Wire.upgraded(siege.server.port, mode === 'session' ? 'roost.v1' : undefined);
        if (mode === 'session') {
          const connect = new Uint8Array(Buffer.from('{"op":"connect"}'));
          wire.send(rawFrame({ fin: true, reserved: 0, opcode: 1, masked: true, payload: connect, lie: undefined }));
        }
        for (const frame of frames) wire.send(rawFrame(frame));
        await siege.talk();
        await wire.hangUp();
      });
      await checkProperty(`broken WebSocket frames, ${mode}`, property, 150);
      await siege.quiet();
      expect(await siege.complaints()).toEqual([]);
    },
    60_000 * TIMES,
  );

  it.each(MODES)('of 10 MiB, in %s mode: closed with 1009', async (mode) => {
    const attacker = await open(mode);
    attacker.send(JSON.stringify({ event: 'echo', id: 1, data: 'x'.repeat(10 * 1024 * 1024) }));
    expect((await attacker.closed).code).toBe(1009);
    await siege.quiet();
    expect(await siege.complaints()).toEqual([]);
  });

  it(
    'before `connect`, instead of it and behind it',
    async () => {
      const property = fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 30 }),
        fc.nat(30),
        async (frames, at) => {
          const attacker = await RawClient.silent(siege.server.url);
          for (const [index, frame] of frames.entries()) {
            if (index === at) attacker.send({ op: 'connect' });
            attacker.socket.send(frame);
          }
          await siege.talk();
          await attacker.cut();
        },
      );
      await checkProperty('frames around connect', property, 100);
      await siege.quiet();
      expect(await siege.complaints()).toEqual([]);
    },
    60_000 * TIMES,
  );
});
