import { afterEach, describe, expect, it } from '@jest/globals';
import type { TokenRate } from 'nestjs-roost';
import { ManualClock } from 'nestjs-roost/testing';
import { RawClient, type RawFrame } from '../support/raw-client.js';
import { Siege } from './support/siege.js';

const MODES = ['plain', 'session'] as const;

describe('floods cost nobody else anything', () => {
  let siege: Siege;
  let attacker: RawClient;

  afterEach(() => siege.end());

  async function begin(mode: (typeof MODES)[number], messages?: TokenRate, clock?: ManualClock): Promise<void> {
    siege = await Siege.begin(messages, clock);
    attacker = await (mode === 'plain' ? RawClient.plain(siege.server.url) : RawClient.session(siege.server.url));
  }

  async function examine(): Promise<void> {
    await siege.talk();
    if (attacker.socket.readyState !== attacker.socket.CLOSED) await attacker.cut();
    await siege.quiet();
    expect(siege.answered).toBeGreaterThan(0);
    expect(await siege.complaints()).toEqual([]);
  }

  const answers = (): RawFrame[] => attacker.received.filter((frame) => frame['id'] !== undefined);

  it.each(MODES)('of messages above the rate: refused, then closed with 4429 and a hint, in %s mode', async (mode) => {
    await begin(mode, { perSecond: 50, burst: 200 });
    for (let id = 1; id <= 12_000; id++) attacker.send({ event: 'echo', id, data: id });
    expect((await attacker.closed).code).toBe(4429);
    expect(attacker.received.some((frame) => frame['code'] === 'RATE_LIMITED' && frame['retryAfter'] > 0)).toBe(true);
    if (mode === 'session') expect(attacker.received.at(-1)).toMatchObject({ op: 'reconnect' });
    await examine();
  });

  it.each(MODES)('of bad frames: ten are answered, then it is closed with 4400, in %s mode', async (mode) => {
    await begin(mode);
    for (let i = 0; i < 1_000; i++) attacker.send('{"op":');
    expect((await attacker.closed).code).toBe(4400);
    expect(attacker.received.filter((frame) => frame['code'] === 'BAD_FRAME')).toHaveLength(10);
    await examine();
  });

  it('of bad frames with one id: they count, though each is a repeat', async () => {
    await begin('session');
    for (let i = 0; i < 100; i++) attacker.send({ op: 'join', id: 1, room: '' });
    expect((await attacker.closed).code).toBe(4400);
    await examine();
  });

  it('of one id: it runs once, and every repeat has the same answer', async () => {
    await begin('session');

    for (let i = 0; i < 1_000; i++) attacker.send({ event: 'echo', id: 1, data: i });
    await attacker.settled();
    expect(new Set(answers().map((frame) => JSON.stringify(frame)))).toEqual(new Set(['{"op":"ack","id":1,"data":0}']));
    expect(answers().length).toBeGreaterThan(0);
    await examine();
  });

  it('of joins: a hundred rooms, and no more', async () => {
    await begin('session');
    for (let id = 1; id <= 1_000; id++) attacker.send({ op: 'join', id, room: `chat/${id}` });
    await attacker.settled();
    const joined = answers().filter((frame) => frame['op'] === 'joined');
    const refused = answers().filter((frame) => ['TOO_MANY_ROOMS', 'RATE_LIMITED'].includes(frame['code'] as string));
    expect([joined.length, refused.length]).toEqual([100, 900]);
    await examine();
  });

  it.each(MODES)('of pings and empty frames, in %s mode', async (mode) => {
    await begin(mode);
    for (let i = 0; i < 5_000; i++) {
      attacker.socket.ping();
      if (mode === 'session') attacker.send({ op: 'ping' });
    }
    await attacker.settled();
    await examine();
  });

  it('of joining and leaving one room', async () => {
    await begin('session');
    for (let id = 1; id <= 2_000; id++)
      attacker.send({ op: id % 2 === 1 ? 'join' : 'leave', id, room: 'chat/general' });
    await attacker.settled();
    await examine();
  });

  it('of connections', async () => {
    await begin('plain');
    const sockets = await Promise.all(Array.from({ length: 300 }, () => RawClient.plain(siege.server.url)));
    for (const socket of sockets) socket.send({ op: 'join', room: 'chat/crowd' });
    await siege.talk();
    await Promise.all(sockets.map((socket) => socket.cut()));
    await examine();
  });

  it('of three times the rate: closed with 4429 in the end, though each second some are let through', async () => {
    const clock = new ManualClock();
    await begin('plain', { perSecond: 50, burst: 200 }, clock);
    let seconds = 0;
    for (; seconds < 20 && attacker.socket.readyState === attacker.socket.OPEN; seconds++) {
      for (let i = 0; i < 150; i++) attacker.send({ event: 'echo', data: i });
      await Promise.race([attacker.settled(), attacker.closed]);
      clock.advance(1_000);
    }
    expect((await attacker.closed).code).toBe(4429);
    // Not for the first burst: one who is too fast for a moment is only told to wait.
    expect(seconds).toBeGreaterThan(3);
    await examine();
  });
});
