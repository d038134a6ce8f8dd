import { describe, expect, it } from '@jest/globals';
import {
  dataOf,
  eventually,
  Gate,
  joined,
  nextOf,
  positionOf,
  tokenOf,
  useStage,
  type RawFrame,
} from './support/index.js';

const start = useStage();
const KB = 'x'.repeat(1_024);

/** The offsets of a room's next frames, which have to be its entries. */
async function offsetsOf(client: Parameters<typeof nextOf>[0], room: string, count: number): Promise<number[]> {
  const offsets: number[] = [];
  while (offsets.length < count) offsets.push((await nextOf(client, room))['offset'] as number);
  return offsets;
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('rule 1: order', () => {
  it('every member gets every entry, once, by rising offsets, whoever publishes', async () => {
    const stage = await start({ limits: { messages: false } });
    const clients = [await stage.member('room/a'), await stage.member('room/a'), await stage.plain()];
    for (const plain of clients.slice(2)) await joined(plain, 'room/a');
    for (let n = 0; n < 50; n++) {
      for (const client of clients) client.send({ event: 'say', room: 'room/a', data: n });
    }
    const seen: RawFrame[][] = [];
    for (const client of clients) {
      const frames: RawFrame[] = [];
      while (frames.length < 150) frames.push(await client.expect({ event: 'say', room: 'room/a' }));
      seen.push(frames);
    }
    expect(seen[0]?.map((frame) => frame['offset'] as number)).toEqual(upTo(1, 150));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('messages, skips and retracts each have a place of their own', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    await client.request({ event: 'tell-others', room: 'room/a', data: 1 });
    await stage.publish('room/a', 2);
    await stage.room('room/a').retract(2);
    await stage.publish('room/a', 3);
    const got = [];
    for (let n = 0; n < 4; n++) got.push(await nextOf(client, 'room/a'));
    expect(got.map(({ op, event, offset }) => [op ?? event, offset] as unknown[])).toEqual([
      ['skip', 1],
      ['say', 2],
      ['retract', 3],
      ['say', 4],
    ]);
  });
});

describe('rule 4: replays', () => {
  it('larger than the queue are read as the socket drains; nothing of them closes it', async () => {
    const stage = await start({ limits: { queue: 32 * 1_024, messages: false } });
    const client = await stage.session();
    const rooms = {
      'long/a': positionOf(await joined(client, 'long/a')),
      'long/b': positionOf(await joined(client, 'long/b')),
      'room/c': positionOf(await joined(client, 'room/c')),
    };
    await stage.lose(client);
    const large = KB.repeat(20);
    for (let n = 0; n < 500; n++) {
      void stage.room('long/a').broadcast('say', large);
      void stage.room('long/b').broadcast('say', large);
    }
    const back = await stage.resume(client, { rooms });
    back.socket.pause();
    const session = stage.of(back);
    await eventually(() => session.bufferedBytes > 0, 'the network to take no more');
    // The queue holds one piece of replay, of two rooms' replays too, and what else there is for this client.
    expect(session.bufferedBytes).toBeLessThan(32 * 1_024 + 128 * 1_024);
    await stage.publish('long/a', 'live');
    await stage.publish('room/c', KB.repeat(10));
    session.send('direct', 1);
    back.socket.resume();
    expect(await offsetsOf(back, 'long/a', 501)).toEqual(upTo(1, 501));
    expect(await offsetsOf(back, 'long/b', 500)).toEqual(upTo(1, 500));
    await back.find((frame) => frame['event'] === 'direct', 'the direct message');
    expect(await offsetsOf(back, 'room/c', 1)).toEqual([1]);
    await stage.publish('long/a', 'end');
    expect(await offsetsOf(back, 'long/a', 1)).toEqual([502]);
  });

  it('of many rooms take turns: the queue holds one piece at a time', async () => {
    const stage = await start({ limits: { queue: 32 * 1_024 } });
    const client = await stage.session();
    const names = upTo(1, 6).map((n) => `long/${n}`);
    const rooms: Record<string, unknown> = {};
    for (const name of names) rooms[name] = positionOf(await joined(client, name));
    await stage.lose(client);
    for (const name of names) for (let n = 0; n < 300; n++) void stage.room(name).broadcast('say', KB.repeat(20));
    const back = await stage.resume(client, { rooms });
    const session = stage.of(back);
    back.socket.pause();
    let most = 0;
    let turns = 0;
    await eventually(() => {
      most = Math.max(most, session.bufferedBytes);
      return ++turns > 500 && session.bufferedBytes > 0;
    }, 'the network to take no more');
    expect(most).toBeLessThan(128 * 1_024);
    back.socket.resume();
    for (const name of names) expect(await offsetsOf(back, name, 300)).toEqual(upTo(1, 300));
  });

  it('a queue that is too long besides a replay still is 4502', async () => {
    const stage = await start({ limits: { queue: 64 * 1_024 } });
    const client = await stage.session();
    const rooms = {
      'long/a': positionOf(await joined(client, 'long/a')),
      'room/c': positionOf(await joined(client, 'room/c')),
    };
    await stage.lose(client);
    for (let n = 0; n < 500; n++) void stage.room('long/a').broadcast('say', KB.repeat(20));
    const back = await stage.resume(client, { rooms });
    back.socket.pause();
    await eventually(() => stage.of(back).bufferedBytes > 0, 'the network to take no more');
    const session = stage.of(back);
    for (let n = 0; n < 2_000 && session.connected; n++) {
      await stage.publish('room/c', KB.repeat(10));
      await new Promise((resolve) => setImmediate(resolve));
      expect(session.bufferedBytes).toBeLessThan(64 * 1_024 + 128 * 1_024);
    }
    expect(session.connected).toBe(false);
    back.socket.resume();
    expect(await back.closed).toMatchObject({ code: 4502 });
  });

  it('what is trimmed meanwhile is a gap, and what follows it is live', async () => {
    const stage = await start({ limits: { queue: 32 * 1_024 } });
    const client = await stage.session();
    const rooms = { 'long/a': positionOf(await joined(client, 'long/a')) };
    await stage.lose(client);
    for (let n = 0; n < 900; n++) void stage.room('long/a').broadcast('say', KB.repeat(20));
    const back = await stage.resume(client, { rooms });
    back.socket.pause();
    await eventually(() => stage.of(back).bufferedBytes > 0, 'the network to take no more');
    for (let n = 0; n < 5_000; n++) void stage.room('long/a').broadcast('say', n);
    back.socket.resume();
    const offsets: number[] = [];
    for (;;) {
      const frame = await nextOf(back, 'long/a');
      if (frame['op'] !== 'gap') {
        offsets.push(frame['offset'] as number);
        continue;
      }
      expect(frame).toMatchObject({ epoch: rooms['long/a'].epoch, offset: 5_900 });
      break;
    }
    expect(offsets).toEqual(upTo(1, offsets.length));
    expect(offsets.length).toBeLessThan(900);
    await stage.publish('long/a', 'live');
    await back.expect({ event: 'say', data: 'live', offset: 5_901 });
  });

  it('longer than the limit are `recovered: false`, never partial', async () => {
    const stage = await start();
    const client = await stage.session();
    const { epoch } = positionOf(await joined(client, 'long/a'));
    for (let n = 1; n <= 1_001; n++) void stage.room('long/a').broadcast('say', n);
    const all = await stage.resume(client, { rooms: { 'long/a': { epoch, offset: 1 } } });
    expect(all.welcome['rooms']['long/a']).toEqual({ epoch, offset: 1, recovered: true });
    expect(await offsetsOf(all, 'long/a', 1_000)).toEqual(upTo(2, 1_001));
    const none = await stage.resume(all, { rooms: { 'long/a': { epoch, offset: 0 } } });
    expect(none.welcome['rooms']['long/a']).toEqual({ epoch, offset: 1_001, recovered: false });
    await none.settled();
    expect(none.unread).toEqual([]);
  });

  it.each(['leave', 'kick'] as const)('a %s ends one that runs, with nothing behind `left`', async (how) => {
    const stage = await start({ limits: { queue: 32 * 1_024 } });
    const client = await stage.session();
    const rooms = { 'long/a': positionOf(await joined(client, 'long/a')) };
    await stage.lose(client);
    for (let n = 0; n < 900; n++) void stage.room('long/a').broadcast('say', KB.repeat(20));
    const back = await stage.resume(client, { rooms });
    back.socket.pause();
    await eventually(() => stage.of(back).bufferedBytes > 0, 'the network to take no more');
    if (how === 'kick') stage.room('long/a').kick(stage.of(back));
    else back.send({ op: 'leave', room: 'long/a', id: 2 });
    await eventually(() => stage.room('long/a').members.length === 0, 'the member to be gone');
    back.socket.resume();
    const left = await back.find((frame) => frame['op'] === 'left', 'left');
    expect(left).toMatchObject({ room: 'long/a', reason: how === 'kick' ? 'kicked' : 'left' });
    const entries = back.unread.length;
    await back.settled();
    expect(back.unread.slice(entries)).toEqual([]);
    expect(entries).toBeLessThan(900);
  });

  it('a resume that cuts one short starts the next from what the client names', async () => {
    const stage = await start({ limits: { queue: 32 * 1_024 } });
    const client = await stage.session();
    const { epoch, offset } = positionOf(await joined(client, 'long/a'));
    await stage.lose(client);
    for (let n = 0; n < 900; n++) void stage.room('long/a').broadcast('say', KB.repeat(20));
    const back = await stage.resume(client, { rooms: { 'long/a': { epoch, offset } } });
    expect(await offsetsOf(back, 'long/a', 10)).toEqual(upTo(1, 10));
    const again = await stage.resume(back, { rooms: { 'long/a': { epoch, offset: 10 } } });
    expect(await offsetsOf(again, 'long/a', 890)).toEqual(upTo(11, 900));
  });
});

describe('rule 6: frames already received', () => {
  it('run although the connection is lost', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = () => gate.pass();
    for (let id = 2; id <= 4; id++) client.send({ event: 'run', room: 'room/a', data: id, id });
    await gate.reached();
    await client.settled();
    await stage.lose(client);
    gate.open();
    await gate.reached(3);
  });

  it('and have not begun at a takeover are discarded, and run when they come again, in order', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = ({ data }) => gate.pass().then(() => data);
    for (let id = 2; id <= 4; id++) client.send({ event: 'run', room: 'room/a', data: id, id });
    await client.settled();
    const back = await stage.resume(client);
    expect(back.welcome).toMatchObject({ lastId: 4 });
    for (let id = 2; id <= 4; id++) back.send({ event: 'run', room: 'room/a', data: id, id });
    await back.settled();
    gate.open();
    for (let id = 2; id <= 4; id++) await back.expect({ op: 'ack', id, data: id });
    expect(stage.calls.filter((call) => call.startsWith('run'))).toEqual([
      'run room/a 2',
      'run room/a 3',
      'run room/a 4',
    ]);
  });

  it('and are discarded at a takeover do not run by themselves', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = ({ data }) => gate.pass().then(() => data);
    for (const id of [2, 3]) client.send({ event: 'run', room: 'room/a', data: id, id });
    client.send({ event: 'run', room: 'room/a', data: 'without an id' });
    await client.settled();
    const back = await stage.resume(client);
    gate.open();
    // A page that was reloaded knows nothing of what the old one had asked for.
    expect(await back.request({ event: 'run', room: 'room/a', data: 'new' })).toMatchObject({ id: 4, data: 'new' });
    expect(stage.calls.filter((call) => call.startsWith('run'))).toEqual(['run room/a 2', 'run room/a "new"']);
  });

  it('that still arrive on the old socket are ignored', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.resume = () => gate.pass();
    const back = await stage.silent();
    back.send({ op: 'connect', session: tokenOf(client) });
    client.send({ event: 'run', room: 'room/a', data: 'before', id: 2 });
    await gate.reached();
    client.socket.send(JSON.stringify({ event: 'run', room: 'room/a', data: 'after', id: 3 }), () => {});
    await client.closed;
    gate.open();
    await back.expect({ op: 'welcome' });
    await back.settled();
    expect(stage.calls).not.toContain('run room/a "after"');
  });
});

it('data of every kind comes as it was sent', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  const kinds = [0, -1.5, '', 'ü€😀\u2028', true, false, null, [], {}, { ['__proto__']: 1 }, [[{ a: [null] }]]];
  for (const data of kinds) client.send({ event: 'say', room: 'room/a', data });
  expect(await dataOf(client, 'room/a', kinds.length)).toEqual(kinds);
  await stage.room('room/a').broadcast('say', undefined);
  expect(await dataOf(client, 'room/a', 1)).toEqual([null]);
});
