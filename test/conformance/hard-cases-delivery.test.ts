import { describe, expect, it } from '@jest/globals';
import {
  dataOf,
  eventually,
  idOf,
  joined,
  ManualClock,
  nextOf,
  positionOf,
  Proxy,
  useStage,
  type RawFrame,
} from './support/index.js';

const start = useStage();

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('hard case 13: one paused reader in a room of many is closed with 4502, resumes, and has every message', async () => {
  const stage = await start({ limits: { queue: 256 * 1_024 } });
  const slow = await stage.session();
  const rooms = { 'long/a': positionOf(await joined(slow, 'long/a')) };
  const others = [await stage.member('long/a'), await stage.member('long/a')];
  const session = stage.of(slow);
  slow.socket.pause();
  let most = 0;
  const count = await stage.flood('long/a', () => {
    most = Math.max(most, session.bufferedBytes);
    return !session.connected;
  });
  expect(most).toBeLessThanOrEqual(256 * 1_024 + 60_200);
  for (const other of others)
    for (let offset = 1; offset <= count; offset++) await other.expect({ event: 'say', offset });
  slow.socket.resume();
  expect(await slow.closed).toMatchObject({ code: 4502 });
  const seen = slow.unread.map((frame) => frame['offset'] as number);
  expect(seen).toEqual(upTo(1, seen.length));
  const position = { ...rooms['long/a'], offset: seen.length };
  const back = await stage.resume(slow, { rooms: { 'long/a': position } });
  expect(back.welcome['rooms']['long/a']).toEqual({ ...position, recovered: true });
  for (let offset = seen.length + 1; offset <= count; offset++) await back.expect({ event: 'say', offset });
});

it("hard case 14: ephemeral messages never move a client's position", async () => {
  const stage = await start();
  const client = await stage.session();
  const { epoch } = await joined(client, 'room/a');
  await stage.publish('room/a', 1);
  for (let n = 0; n < 5; n++) await stage.room('room/a').broadcast('typing', n, { ephemeral: true });
  const logged = await client.expect({ event: 'say', offset: 1 });
  for (let n = 0; n < 5; n++) expect(await client.expect({ event: 'typing' })).not.toHaveProperty('offset');
  await stage.lose(client);
  await stage.room('room/a').broadcast('typing', 6, { ephemeral: true });
  const back = await stage.resume(client, { rooms: { 'room/a': positionOf({ ...logged, epoch }) } });
  expect(back.welcome['rooms']['room/a']).toEqual({ epoch, offset: 1, recovered: true });
  await back.settled();
  expect(back.unread).toEqual([]);
});

describe('hard case 15: a retracted message', () => {
  it('is not replayed, and does not read as a hole; who had seen it and was away learns of the retraction', async () => {
    const stage = await start();
    const client = await stage.session();
    const { epoch } = await joined(client, 'room/a');
    await stage.publish('room/a', 'seen');
    await client.expect({ event: 'say', offset: 1 });
    await stage.lose(client);
    await stage.publish('room/a', 'unseen', 'last');
    await stage.room('room/a').retract(1);
    await stage.room('room/a').retract(2);
    const back = await stage.resume(client, { rooms: { 'room/a': { epoch, offset: 1 } } });
    const frames: RawFrame[] = [];
    while (frames.length < 4) frames.push(await nextOf(back, 'room/a'));
    expect(frames).toMatchObject([
      { op: 'skip', offset: 2 },
      { event: 'say', offset: 3, data: 'last' },
      { op: 'retract', offset: 4, target: 1 },
      { op: 'retract', offset: 5, target: 2 },
    ]);
  });

  it('races a replay: every place is filled once, and the retraction always comes', async () => {
    const stage = await start({ limits: { queue: 32 * 1_024 } });
    const client = await stage.session();
    const rooms = { 'long/a': positionOf(await joined(client, 'long/a')) };
    await stage.lose(client);
    for (let n = 0; n < 400; n++) void stage.room('long/a').broadcast('say', 'x'.repeat(40_000));
    const back = await stage.resume(client, { rooms });
    back.socket.pause();
    await eventually(() => stage.of(back).bufferedBytes > 0, 'the network to take no more');
    await stage.room('long/a').retract(1);
    await stage.room('long/a').retract(400);
    back.socket.resume();
    const frames: RawFrame[] = [];
    while (frames.length < 402) frames.push(await nextOf(back, 'long/a'));
    expect(frames.map(({ offset }) => offset as number)).toEqual(upTo(1, 402));
    expect(frames[0]).toMatchObject({ event: 'say' });
    expect(frames[399]).toEqual({ op: 'skip', room: 'long/a', offset: 400 });
    expect(frames.slice(400)).toMatchObject([
      { op: 'retract', target: 1 },
      { op: 'retract', target: 400 },
    ]);
  });

  it('in the turn of its publishing comes as message and retraction', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    void stage.room('room/a').broadcast('say', 1);
    void stage.room('room/a').retract(1);
    await client.expect({ event: 'say', offset: 1 });
    await client.expect({ op: 'retract', offset: 2, target: 1 });
  });
});

it('hard case 15a: a broadcast, an answer and a direct message above the frame limit fail at the sender alone', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  const other = await stage.member('room/a');
  const large = 'x'.repeat(65_536);
  stage.script.run = ({ room, session, data }) => {
    if (data === 'broadcast') return room.broadcast('say', large);
    if (data === 'direct') return session.send('hello', large);
    return large;
  };
  for (const data of ['broadcast', 'direct', 'answer']) {
    expect(await client.request({ event: 'run', room: 'room/a', data })).toMatchObject({
      op: 'error',
      code: 'TOO_LARGE',
    });
  }
  await stage.publish('room/a', 'fine');
  for (const one of [client, other]) {
    await one.expect({ event: 'say', offset: 1, data: 'fine' });
    expect(one.unread).toEqual([]);
  }
});

it('hard case 15b: a replay larger than the queue bound is read as the socket drains, live entries follow in order', async () => {
  const stage = await start({ limits: { queue: 16 * 1_024 } });
  const client = await stage.session();
  const rooms = { 'long/a': positionOf(await joined(client, 'long/a')) };
  await stage.lose(client);
  for (let n = 0; n < 800; n++) void stage.room('long/a').broadcast('say', 'x'.repeat(10_000));
  const back = await stage.resume(client, { rooms });
  for (let n = 0; n < 20; n++) {
    await nextOf(back, 'long/a');
    void stage.room('long/a').broadcast('say', n);
    back.send({ op: 'ping' });
  }
  for (let offset = 21; offset <= 820; offset++)
    expect(await nextOf(back, 'long/a')).toMatchObject({ event: 'say', offset });
  expect(stage.of(back).connected).toBe(true);
});

describe('hard case 15c: presence', () => {
  it('a change that comes before the state is one the state already has', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat: { interval: 1_000_000 } });
    const client = await stage.member('listed/a');
    const other = await stage.member('listed/a');
    clock.advance(1_000);
    const state = (await client.request({ op: 'presence', room: 'listed/a' }))['data'] as RawFrame;
    const change = await client.expect({ op: 'presence', rev: 1 });
    expect(state).toMatchObject({ rev: change['rev'] as number, count: 2 });
    expect(state['members']).toEqual([{ id: idOf(client) }, { id: idOf(other) }]);
  });

  it('who lost a change is told the whole state when it is back', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat: { interval: 1_000_000 } });
    const client = await stage.member('listed/a');
    clock.advance(1_000);
    await client.expect({ op: 'presence', rev: 1 });
    await stage.lose(client);
    const other = await stage.member('listed/a');
    clock.advance(1_000);
    const back = await stage.resume(client);
    const state = await back.expect({ op: 'presence', rev: 2, count: 2 });
    expect(state['members']).toEqual([{ id: idOf(client) }, { id: idOf(other) }]);
    await other.request({ op: 'leave', room: 'listed/a' });
    clock.advance(1_000);
    await back.expect({ op: 'presence', rev: 3, left: [idOf(other)] });
  });

  it('a hundred members that return at once are no news', async () => {
    const clock = new ManualClock();
    const stage = await start({
      clock,
      heartbeat: { interval: 1_000_000 },
      limits: { connections: false },
      session: { awayPerAddress: 200 },
    });
    const watcher = await stage.member('counted/a');
    const clients = await Promise.all(upTo(1, 100).map(() => stage.member('counted/a')));
    clock.advance(1_000);
    const { rev } = await watcher.expect({ op: 'presence', count: 101 });
    const back = await Promise.all(clients.map((client) => stage.resume(client)));
    for (const client of back) await client.find(({ op, count }) => op === 'presence' && count === 101, 'the state');
    clock.advance(1_000);
    expect(await watcher.request({ op: 'presence', room: 'counted/a' })).toMatchObject({ data: { rev, count: 101 } });
    expect(watcher.unread).toEqual([]);
  }, 60_000);
});

it('hard case 16: the sender excluded from a broadcast; a client in two rooms that both get the message', async () => {
  const stage = await start();
  const sender = await stage.member('room/a', 'room/b');
  const other = await stage.member('room/a', 'room/b');
  for (const room of ['room/a', 'room/b']) await sender.request({ event: 'tell-others', room, data: 'x' });
  for (const room of ['room/a', 'room/b']) {
    expect(await nextOf(sender, room)).toEqual({ op: 'skip', room, offset: 1 });
    expect(await nextOf(other, room)).toMatchObject({ event: 'say', offset: 1, data: 'x' });
  }
});

it('hard case 17: empty rooms disappear; their history lives as long as its ttl', async () => {
  const clock = new ManualClock();
  const stage = await start({ clock });
  const client = await stage.member('brief/a', 'none/a');
  await stage.publish('brief/a', 1);
  const { epoch } = await stage.room('brief/a').history();
  for (const room of ['brief/a', 'none/a']) await client.request({ op: 'leave', room });
  expect(stage.rooms.names()).toEqual([]);
  clock.advance(999);
  expect(await stage.room('brief/a').history()).toMatchObject({ epoch, messages: [{ data: 1 }] });
  clock.advance(1);
  expect(await stage.room('brief/a').history()).toMatchObject({ messages: [] });
  const again = await stage.member('brief/a');
  await stage.publish('brief/a', 2);
  expect(await dataOf(again, 'brief/a', 1)).toEqual([2]);
});

describe('hard case 18: frames of many sizes', () => {
  it.each([1, 125, 126, 127, 65_535, 65_536])('a frame of %i bytes to the client and back', async (size) => {
    const stage = await start({ limits: { frame: 200_000 } });
    const client = await stage.member('room/a');
    await stage.room('room/a').broadcast('e', '', { ephemeral: true });
    await nextOf(client, 'room/a');
    const bytes: number[] = [];
    client.socket.on('message', (data) => {
      if ((data as Buffer).toString().startsWith('{"event":"e"')) bytes.push((data as Buffer).length);
    });
    await stage.room('room/a').broadcast('e', '', { ephemeral: true });
    await nextOf(client, 'room/a');
    const fill = Math.max(0, size - bytes[0]!);
    await stage.room('room/a').broadcast('e', 'x'.repeat(fill), { ephemeral: true });
    expect((await nextOf(client, 'room/a'))['data']).toHaveLength(fill);
    expect(bytes[1]).toBe(Math.max(size, bytes[0]!));
    const frame = JSON.stringify({ event: 'run', room: 'room/a', id: 2, data: '' });
    client.send(frame.replace('""', `"${'y'.repeat(Math.max(0, size - frame.length))}"`));
    expect((await client.answer(2))['data']).toHaveLength(Math.max(0, size - frame.length));
  });

  it.each([1, 2, 3, 7])('multi-byte text and emoji, in pieces of %i bytes', async (bytes) => {
    const stage = await start();
    const proxy = await Proxy.to(stage.port);
    try {
      proxy.split(bytes);
      const client = await stage.session({}, { by: proxy.url(stage.url) });
      await joined(client, 'room/ü€😀');
      const text = 'ß→漢字👩‍👩‍👧‍👦\u0000"\\';
      await client.request({ event: 'say', room: 'room/ü€😀', data: text });
      expect(await dataOf(client, 'room/ü€😀', 1)).toEqual([text]);
    } finally {
      await proxy.close();
    }
  });
});
