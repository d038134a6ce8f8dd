import { expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import {
  dataOf,
  eventually,
  Gate,
  idOf,
  joined,
  ManualClock,
  positionOf,
  Proxy,
  tokenOf,
  useStage,
  WildStore,
} from './support/index.js';

const start = useStage();

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('hard case 1: half-open: the dead socket is closed with 4409, and nothing is lost', async () => {
  const stage = await start();
  const proxy = await Proxy.to(stage.port);
  try {
    const client = await stage.session({}, { by: proxy.url(stage.url) });
    const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
    proxy.stall('up', 'down');
    await stage.publish('room/a', 1);
    client.socket.terminate();
    expect(stage.of(client).connected).toBe(true);
    const back = await stage.resume(client, { rooms });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: { 'room/a': { recovered: true } } });
    await stage.publish('room/a', 2);
    expect(await dataOf(back, 'room/a', 2)).toEqual([1, 2]);
    proxy.cut();
    await back.settled();
    expect(stage.of(back).connected).toBe(true);
  } finally {
    await proxy.close();
  }
});

it('hard case 1: the old socket that can still hear is told 4409', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  await stage.resume(client);
  expect(await client.closed).toMatchObject({ code: 4409 });
});

it('hard case 2: the same token twice at once: one winner, the other closed, no zombie member', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  await stage.lose(client);
  const rivals = [await stage.silent(), await stage.silent()];
  for (const rival of rivals) rival.send({ op: 'connect', session: tokenOf(client) });
  // Whoever came first may have been welcomed before it was fenced.
  const loser = await Promise.race(rivals.map(async (rival) => ({ rival, ...(await rival.closed) })));
  expect(loser).toMatchObject({ code: 4409 });
  const winner = rivals.find((rival) => rival !== loser.rival)!;
  await winner.expect({ op: 'welcome', resumed: true });
  winner.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
  expect(await winner.answer(2)).toMatchObject({ op: 'ack', data: 1 });
  expect(stage.sessions.size).toBe(1);
  expect(stage.room('room/a').members.map(({ id }) => id)).toEqual([idOf(client)]);
});

it('hard case 3: a resume before any message was received', async () => {
  const stage = await start();
  const client = await stage.session();
  const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
  await stage.lose(client);
  const back = await stage.resume(client, { rooms });
  expect(back.welcome).toMatchObject({ resumed: true, rooms: { 'room/a': { offset: 0, recovered: true } } });
});

it("hard case 3: a resume after longer idle than the history's age is recovered where nothing was published", async () => {
  const clock = new ManualClock();
  const stage = await start({ clock, session: { ttl: 60_000 }, heartbeat: { interval: 600_000 } });
  const client = await stage.member('brief/a');
  const position = await stage.publish('brief/a', 1);
  await stage.lose(client);
  clock.advance(30_000);
  expect((await stage.room('brief/a').history()).messages).toEqual([]);
  const back = await stage.resume(client, { rooms: { 'brief/a': position } });
  expect(back.welcome['rooms']['brief/a']).toEqual({ ...position, recovered: true });
});

it('hard case 4: two drops with no traffic between: the second replays nothing', async () => {
  const stage = await start();
  const client = await stage.session();
  const { epoch } = await joined(client, 'room/a');
  await stage.lose(client);
  await stage.publish('room/a', 1, 2);
  const back = await stage.resume(client, { rooms: { 'room/a': { epoch, offset: 0 } } });
  expect(await dataOf(back, 'room/a', 2)).toEqual([1, 2]);
  await stage.lose(back);
  const again = await stage.resume(back, { rooms: { 'room/a': { epoch, offset: 2 } } });
  expect(again.welcome['rooms']['room/a']).toEqual({ epoch, offset: 2, recovered: true });
  await again.settled();
  expect(again.unread).toEqual([]);
});

it('hard case 5: others publish without pause during the resume: replayed then live, in order, each once', async () => {
  const stage = await start();
  const client = await stage.session();
  const rooms = { 'long/a': positionOf(await joined(client, 'long/a')) };
  await stage.lose(client);
  let published = 0;
  let going = true;
  const publish = () => {
    if (!going) return;
    published++;
    void stage.room('long/a').broadcast('say', published);
    setImmediate(publish);
  };
  for (let n = 0; n < 500; n++) {
    published++;
    void stage.room('long/a').broadcast('say', published);
  }
  publish();
  const back = await stage.resume(client, { rooms });
  expect(await dataOf(back, 'long/a', 800)).toEqual(upTo(1, 800));
  going = false;
  expect(await dataOf(back, 'long/a', published - 800)).toEqual(upTo(801, published));
  await back.settled();
  expect(back.unread).toEqual([]);
});

it('hard case 6: one before the oldest kept is recoverable, one below is not', async () => {
  const stage = await start();
  const client = await stage.session();
  const { epoch } = await joined(client, 'short/a');
  await stage.publish('short/a', 1, 2, 3, 4, 5);
  let last = client;
  for (const [offset, recovered] of [
    [2, true],
    [1, false],
  ] as const) {
    last = await stage.resume(last, { rooms: { 'short/a': { epoch, offset } } });
    expect(last.welcome['rooms']['short/a']).toMatchObject({ recovered });
  }
});

it('hard case 7: a resume answers for each room by itself', async () => {
  const stage = await start();
  const client = await stage.session();
  const rooms: Record<string, unknown> = {};
  for (const room of ['room/fine', 'short/trimmed', 'room/refused'])
    rooms[room] = positionOf(await joined(client, room));
  await stage.lose(client);
  for (const room of Object.keys(rooms)) await stage.publish(room, 1, 2, 3, 4);
  stage.script.resume = ({ room }) => {
    if (room.name === 'room/refused') throw new ForbiddenException();
  };
  const back = await stage.resume(client, { rooms });
  expect(back.welcome['rooms']).toEqual({
    'room/fine': { epoch: expect.any(String), offset: 0, recovered: true },
    'short/trimmed': { epoch: expect.any(String), offset: 4, recovered: false },
  });
  await back.expect({ op: 'left', room: 'room/refused', reason: 'refused' });
  expect(await dataOf(back, 'room/fine', 4)).toEqual([1, 2, 3, 4]);
  await back.settled();
  expect(back.unread).toEqual([]);
});

it('hard case 8: who was banned or lost a role while away gets neither replay nor membership', async () => {
  const stage = await start();
  const client = await stage.session();
  const rooms = {
    'room/a': positionOf(await joined(client, 'room/a')),
    'room/b': positionOf(await joined(client, 'room/b')),
  };
  await stage.lose(client);
  await stage.publish('room/a', 'secret');
  await stage.publish('room/b', 'secret');
  stage.room('room/a').kick(idOf(client), 'banned');
  stage.script.resume = () => {
    throw new ForbiddenException('no longer a moderator');
  };
  const back = await stage.resume(client, { rooms });
  await back.expect({ op: 'left', room: 'room/a', reason: 'banned' });
  await back.expect({ op: 'left', room: 'room/b', reason: 'refused' });
  await back.settled();
  expect(back.unread).toEqual([]);
  for (const room of Object.keys(rooms)) {
    expect(await back.request({ event: 'run', room })).toMatchObject({ code: 'NOT_JOINED' });
  }
});

it('hard case 9: messages that were unanswered at the cut run once, in order, and each is answered', async () => {
  const stage = await start();
  const gate = new Gate();
  const client = await stage.member('room/a');
  stage.script.run = ({ data }) => gate.pass().then(() => data);
  for (const id of [2, 3, 4]) client.send({ event: 'run', room: 'room/a', data: id, id });
  await client.settled();
  await stage.lose(client);
  gate.openOne();
  const back = await stage.resume(client);
  for (const id of [2, 3, 4, 5]) back.send({ event: 'run', room: 'room/a', data: id, id });
  gate.open();
  for (const id of [2, 3, 4, 5]) expect(await back.answer(id)).toMatchObject({ op: 'ack', data: id });
  expect(stage.calls.slice(2)).toEqual([...new Set(stage.calls.slice(2))]);
  const runs = stage.calls.filter((call) => call.startsWith('run'));
  expect(runs).toEqual([2, 3, 4, 5].map((id) => `run room/a ${id}`));
});

it('hard case 10: a `join` still running when the socket dies leaves no half-membership; one leave runs', async () => {
  const clock = new ManualClock();
  const stage = await start({ clock, session: { ttl: 1_000 } });
  const gate = new Gate();
  const client = await stage.session();
  stage.script.join = () => gate.pass();
  client.send({ op: 'join', room: 'room/a', id: 1 });
  await gate.reached();
  await stage.lose(client);
  clock.advance(1_000);
  await eventually(() => stage.sessions.size === 0, 'the session to be over');
  gate.open();
  const other = await stage.member('room/a');
  expect(stage.room('room/a').members.map(({ id }) => id)).toEqual([idOf(other)]);
  expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual([]);

  const gate2 = new Gate();
  stage.script.join = () => gate2.pass();
  const second = await stage.session();
  second.send({ op: 'join', room: 'room/a', id: 1 });
  await gate2.reached();
  await stage.lose(second);
  gate2.open();
  await other.settled();
  expect(stage.room('room/a').members).toHaveLength(2);
  clock.advance(1_000);
  await eventually(() => stage.room('room/a').members.length === 1, 'it to be out');
  await other.settled();
  expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual(['leave room/a closed']);
});

it('hard case 11: the log starts anew under a client that is away: it learns `recovered: false` and goes on', async () => {
  const store = new WildStore();
  const stage = await start({ store });
  const client = await stage.session();
  const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
  await stage.publish('room/a', 1);
  await stage.lose(client);
  const position = await store.cut('room/a');
  const back = await stage.resume(client, { rooms });
  expect(back.welcome['rooms']['room/a']).toEqual({ ...position, recovered: false });
  await stage.publish('room/a', 2);
  await back.expect({ event: 'say', offset: 1, data: 2 });
});

it('hard case 11: after a restart with the in-memory store a client joins anew with `since`, and is told', async () => {
  const first = await start();
  const client = await first.session();
  const since = positionOf(await joined(client, 'room/a'));
  await first.app.close();
  expect(await client.closed).toMatchObject({ code: 1012 });
  const second = await start();
  const back = await second.session({ session: tokenOf(client), rooms: { 'room/a': since } });
  expect(back.welcome).toMatchObject({ resumed: false });
  expect(await joined(back, 'room/a', { since })).toMatchObject({ offset: 0, recovered: false });
  await second.publish('room/a', 1);
  await back.expect({ event: 'say', offset: 1 });
});
