import { describe, expect, it } from '@jest/globals';
import { RoostException } from 'nestjs-roost';
import { dataOf, Gate, joined, ManualClock, nextOf, useStage } from './support/index.js';

const start = useStage();

describe('room names', () => {
  it.each([
    ['of 255 bytes', `room/${'x'.repeat(250)}`],
    ['of 255 bytes in other letters', `room/${'€'.repeat(83)}x`],
    ['with spaces, braces, colons and stars', 'room/{a}: *?'],
    ['of emoji', 'room/😀'],
    ['that are parts of JavaScript', 'room/__proto__'],
    ['with a dot', 'room/..'],
  ])('%s are fine', async (_what, room) => {
    const stage = await start();
    const client = await stage.member(room);
    await client.request({ event: 'say', room, data: 1 });
    await client.find((frame) => frame['event'] === 'say' && frame['room'] === room, 'the message');
    const back = await stage.resume(client, { rooms: { [room]: { epoch: 'x', offset: 0 } } });
    expect(back.welcome['rooms'][room]).toMatchObject({ offset: 1, recovered: false });
  });

  it.each([
    ['empty', ''],
    ['of 256 bytes', `room/${'x'.repeat(251)}`],
    ['of 256 bytes in other letters', `room/${'€'.repeat(83)}xx`],
    ['with an empty segment', 'room//a'],
    ['that begins with a slash', '/room/a'],
    ['that ends with a slash', 'room/a/'],
    ['with a control character', 'room/a\n'],
    ['with half a surrogate pair', 'room/\ud800'],
    ['that is no string', 5],
  ])('%s is BAD_FRAME', async (_what, room) => {
    const stage = await start();
    const client = await stage.session();
    expect(await client.request({ op: 'join', room })).toMatchObject({ op: 'error', code: 'BAD_FRAME' });
    expect(stage.calls).toEqual([]);
  });

  it('are compared byte for byte', async () => {
    const stage = await start();
    const client = await stage.member('room/é'.normalize('NFC'));
    await stage.member('room/é'.normalize('NFD'), 'room/É');
    await stage.publish('room/é'.normalize('NFD'), 1);
    await client.settled();
    expect(client.unread).toEqual([]);
  });

  it('that fit no pattern are ROOM_NOT_FOUND', async () => {
    const stage = await start();
    const client = await stage.session();
    for (const frame of [{ op: 'join' }, { op: 'leave' }, { op: 'history' }, { op: 'presence' }, { event: 'run' }]) {
      expect(await client.request({ ...frame, room: 'elsewhere' })).toMatchObject({ code: 'ROOM_NOT_FOUND' });
    }
  });
});

describe('a frame', () => {
  it('of 64 KiB is taken', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    const frame = JSON.stringify({ event: 'run', room: 'room/a', id: 2, data: '' });
    stage.script.run = ({ data }) => (data as string).length;
    client.send(frame.replace('""', `"${'x'.repeat(65_536 - frame.length)}"`));
    await client.expect({ op: 'ack', data: 65_536 - frame.length });
  });

  it('`connect` has a limit of its own, enough for all rooms', async () => {
    const stage = await start({ limits: { frame: 1_000, connect: 60_000 } });
    const rooms = Array.from({ length: 100 }, (_, n) => [
      `room/${n}${'x'.repeat(200)}`,
      { epoch: 'e'.repeat(12), offset: n },
    ]);
    const client = await stage.session({ rooms: Object.fromEntries(rooms) as Record<string, unknown> });
    expect(client.welcome['limits'].frame).toBe(1_000);
    const large = await stage.silent();
    large.send({ op: 'connect', auth: 'x'.repeat(60_000) });
    expect(await large.closed).toMatchObject({ code: 1009 });
  });

  it.each([
    [0, undefined],
    [1, 'TOO_LARGE'],
  ])('to publish may have 64 KiB; with %i bytes more the sender is told %s', async (beyond, code) => {
    const stage = await start();
    const client = await stage.member('room/a');
    await stage.publish('room/a', '');
    const length = Buffer.byteLength(JSON.stringify(await nextOf(client, 'room/a')));
    stage.script.run = ({ room }) => room.broadcast('say', 'x'.repeat(65_536 - length + beyond)).then(() => 'sent');
    const answer = await client.request({ event: 'run', room: 'room/a' });
    expect(answer['code']).toBe(code);
    if (code === undefined) await client.expect({ event: 'say', offset: 2 });
    await client.settled();
    expect(client.unread).toEqual([]);
  });

  it('to publish is measured in bytes, and ephemeral ones too', async () => {
    const stage = await start({ limits: { frame: 1_000 } });
    const room = stage.room('room/a');
    await expect(room.broadcast('say', '€'.repeat(330))).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(room.broadcast('say', 'x'.repeat(990), { ephemeral: true })).rejects.toBeInstanceOf(RoostException);
    await room.broadcast('say', '€'.repeat(300));
  });

  it('for one session: TOO_LARGE at the sender, and its connection stays', async () => {
    const stage = await start({ limits: { frame: 1_000 } });
    const client = await stage.session();
    expect(() => stage.of(client).send('hello', 'x'.repeat(1_000))).toThrow(RoostException);
    stage.of(client).send('hello', 'x'.repeat(900));
    await client.expect({ event: 'hello', seq: 1 });
  });

  it('as an answer: TOO_LARGE to who asked', async () => {
    const stage = await start({ limits: { frame: 1_000 } });
    const client = await stage.member('room/a');
    stage.script.run = () => 'x'.repeat(1_000);
    expect(await client.request({ event: 'run', room: 'room/a' })).toMatchObject({ op: 'error', code: 'TOO_LARGE' });
  });
});

describe('rooms of a session', () => {
  it('are counted, those being joined included', async () => {
    const stage = await start({ limits: { rooms: 2 } });
    const client = await stage.member('room/a');
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const joining = client.request({ op: 'join', room: 'room/b' });
    expect(await client.request({ op: 'join', room: 'room/c' })).toMatchObject({ code: 'TOO_MANY_ROOMS' });
    gate.open();
    expect(await joining).toMatchObject({ op: 'joined' });
    expect(await client.request({ op: 'join', room: 'room/c' })).toMatchObject({ code: 'TOO_MANY_ROOMS' });
    await client.request({ op: 'leave', room: 'room/a' });
    await joined(client, 'room/c');
  });

  it('joining one again takes no place', async () => {
    const stage = await start({ limits: { rooms: 2 } });
    const client = await stage.member('room/a');
    const gate = new Gate();
    stage.script.join = ({ room }) => (room.name === 'room/a' ? gate.pass() : undefined);
    client.send({ op: 'join', room: 'room/a', id: 2 });
    await gate.reached();
    client.send({ op: 'join', room: 'room/b', id: 3 });
    await client.expect({ op: 'joined', id: 3, room: 'room/b' });
    gate.open();
    await client.expect({ op: 'joined', id: 2 });
  });
});

describe('rates', () => {
  it('messages have a burst and a rate; `retryAfter` says when there is room', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, limits: { messages: { perSecond: 2, burst: 3 } } });
    const client = await stage.session();
    for (let n = 0; n < 3; n++) expect(await client.request({ event: 'ordinary' })).toMatchObject({ op: 'ack' });
    expect(await client.request({ event: 'ordinary' })).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 500 });
    clock.advance(500);
    expect(await client.request({ event: 'ordinary' })).toMatchObject({ op: 'ack' });
  });

  it('a resume brings no fresh tokens', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, limits: { messages: { perSecond: 1, burst: 1 } } });
    const client = await stage.session();
    await client.request({ event: 'ordinary' });
    const back = await stage.resume(client);
    expect(await back.request({ event: 'ordinary' })).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('pings and pongs cost nothing', async () => {
    const stage = await start({ limits: { messages: { perSecond: 0.001, burst: 1 } } });
    const client = await stage.session();
    for (let n = 0; n < 10; n++) {
      client.send({ op: 'ping' });
      client.send({ op: 'pong', seq: 0 });
      await client.expect({ op: 'pong' });
    }
    expect(await client.request({ event: 'ordinary' })).toMatchObject({ op: 'ack' });
  });

  it('in plain mode too', async () => {
    const stage = await start({ limits: { messages: { perSecond: 0.001, burst: 1 } } });
    const client = await stage.plain();
    client.send({ event: 'stock', data: 1 });
    client.send({ event: 'stock', data: 2 });
    await client.find((frame) => frame['op'] === 'error' && frame['code'] === 'RATE_LIMITED', 'a refusal');
  });
});

describe('history', () => {
  it('keeps so many entries, and no older ones', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock });
    await stage.publish('short/a', 1, 2, 3, 4);
    expect((await stage.room('short/a').history()).messages.map(({ data }) => data)).toEqual([2, 3, 4]);
    await stage.publish('brief/a', 1);
    clock.advance(999);
    await stage.publish('brief/a', 2);
    expect((await stage.room('brief/a').history()).messages).toHaveLength(2);
    clock.advance(1);
    expect((await stage.room('brief/a').history()).messages.map(({ data }) => data)).toEqual([2]);
  });

  it('that is trimmed does not touch who is there', async () => {
    const stage = await start();
    const client = await stage.member('none/a');
    await stage.publish('none/a', 1, 2, 3);
    expect(await dataOf(client, 'none/a', 3)).toEqual([1, 2, 3]);
  });
});
