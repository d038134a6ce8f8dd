import { expect, it } from '@jest/globals';
import { dataOf, Gate, idOf, joined, ManualClock, nextOf, positionOf, Proxy, useStage } from './support/index.js';
import { variant } from '../support/variant.js';

const start = useStage();

/** Clients that come back at once: a thousand to the engine as it comes, fewer in each variant. */
const COUNT = variant.redis || variant.window || variant.compression ? 200 : 1_000;

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('hard case 12: a thousand clients come back at once, past limits that the dead connections fill', async () => {
  const still = { interval: 2 ** 31 - 1, timeout: 60_000 };
  const stage = await start({ heartbeat: still, limits: { connections: { perSecond: 0.001, burst: COUNT } } });
  const clients = await Promise.all(upTo(1, COUNT).map(() => stage.member('room/a')));
  await stage.publish('room/a', 1);
  const back = await Promise.all(clients.map((client) => stage.resume(client)));
  for (const client of back) {
    expect(client.welcome).toMatchObject({ resumed: true });
    expect(await dataOf(client, 'room/a', 1)).toEqual([1]);
  }
  expect(stage.sessions.size).toBe(COUNT);
}, 60_000);

it('hard case 12a: `welcome` is lost, twice, then the client comes back with the old token', async () => {
  const stage = await start();
  const client = await stage.session();
  const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
  await stage.publish('room/a', 1);
  for (let times = 0; times < 2; times++) await stage.lose(await stage.resume(client, { rooms }));
  const back = await stage.resume(client, { rooms });
  expect(back.welcome).toMatchObject({ resumed: true, rooms: { 'room/a': { offset: 0, recovered: true } } });
  expect(await dataOf(back, 'room/a', 1)).toEqual([1]);
});

it('hard case 12a: `joined` is lost after two more messages', async () => {
  const stage = await start();
  const client = await stage.session();
  client.send({ op: 'join', room: 'room/a', id: 1 });
  client.send({ event: 'say', room: 'room/a', data: 'x', id: 2 });
  client.send({ event: 'say', room: 'room/a', data: 'y', id: 3 });
  await client.answer(3);
  await stage.lose(client);
  const back = await stage.resume(client);
  expect(back.welcome['rooms']['room/a']).toMatchObject({ offset: 0, recovered: true });
  expect(await dataOf(back, 'room/a', 2)).toEqual(['x', 'y']);
  back.send({ op: 'join', room: 'room/a', id: 1 });
  back.send({ event: 'say', room: 'room/a', data: 'x', id: 2 });
  back.send({ event: 'say', room: 'room/a', data: 'y', id: 3 });
  expect(await back.answer(1)).toMatchObject({ op: 'joined', offset: 0 });
  expect(await back.answer(2)).toMatchObject({ op: 'ack', offset: 1 });
  expect(await back.answer(3)).toMatchObject({ op: 'ack', offset: 2 });
  await back.settled();
  expect(back.unread).toEqual([]);
});

it('hard case 12b: a page reloads, and a duplicated tab presents the same stored token: both end up working', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  await client.request({ event: 'run', room: 'room/a', data: 1 });
  await client.close(1001);
  const reloaded = await stage.resume(client);
  expect(reloaded.welcome).toMatchObject({ resumed: true, lastId: 2 });
  expect(await reloaded.request({ event: 'run', room: 'room/a', data: 2 })).toMatchObject({
    op: 'ack',
    id: 3,
    data: 2,
  });
  const duplicate = await stage.resume(client);
  expect(duplicate.welcome).toMatchObject({ resumed: true, session: { id: idOf(client) } });
  expect(await reloaded.closed).toMatchObject({ code: 4409 });
  const fresh = await stage.member('room/a');
  expect(idOf(fresh)).not.toBe(idOf(client));
  for (const tab of [duplicate, fresh]) {
    expect(await tab.request({ event: 'run', room: 'room/a', data: 3 })).toMatchObject({ op: 'ack', data: 3 });
  }
});

it('hard case 12c: cut in the middle of a replay: the next resume starts from what really arrived', async () => {
  const stage = await start();
  const proxy = await Proxy.to(stage.port);
  try {
    const client = await stage.session();
    const { epoch, offset } = positionOf(await joined(client, 'long/a'));
    await stage.lose(client);
    for (let n = 1; n <= 900; n++) void stage.room('long/a').broadcast('say', { n, fill: 'x'.repeat(10_000) });
    proxy.split(1_000);
    const back = await stage.resume(client, { rooms: { 'long/a': { epoch, offset } } }, { by: proxy.url(stage.url) });
    let arrived = 0;
    while (arrived < 20) arrived = (await nextOf(back, 'long/a'))['offset'] as number;
    proxy.cut();
    await back.closed;
    for (const frame of back.unread) arrived = frame['offset'] as number;
    const again = await stage.resume(back, { rooms: { 'long/a': { epoch, offset: arrived } } });
    expect(again.welcome['rooms']['long/a']).toEqual({ epoch, offset: arrived, recovered: true });
    for (let next = arrived + 1; next <= 900; next++) await again.expect({ event: 'say', offset: next });
  } finally {
    await proxy.close();
  }
});

it("hard case 12d: what is published between the join handler's read of state and the membership comes behind `joined`", async () => {
  const stage = await start();
  const gate = new Gate();
  const state = ['old'];
  stage.script.join = async () => {
    const read = [...state];
    await gate.pass();
    return read;
  };
  const client = await stage.session();
  client.send({ op: 'join', room: 'room/a', id: 1 });
  await gate.reached();
  state.push('new');
  await stage.publish('room/a', 'new');
  gate.open();
  await client.expect({ op: 'joined', data: ['old'] });
  await client.expect({ event: 'say', data: 'new' });
});

it('hard case 12e: kicked during the join handler: `left` with its reason and the id, nothing after it', async () => {
  const stage = await start();
  const gate = new Gate();
  stage.script.join = () => gate.pass();
  const client = await stage.session();
  client.send({ op: 'join', room: 'room/a', id: 1 });
  await gate.reached();
  expect(stage.room('room/a').kick(idOf(client), 'banned')).toBe(true);
  gate.open();
  await client.expect({ op: 'left', id: 1, room: 'room/a', reason: 'banned' });
  await stage.publish('room/a', 1);
  client.send({ op: 'join', room: 'room/a', id: 1 });
  await client.expect({ op: 'left', id: 1, reason: 'banned' });
  await client.settled();
  expect(client.unread).toEqual([]);
  expect(stage.calls).toEqual(['join room/a']);
});

it('hard case 12e: kicked while joining again: one `left`, one leave, and no membership', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  const gate = new Gate();
  stage.script.join = () => gate.pass();
  client.send({ op: 'join', room: 'room/a', id: 2 });
  await gate.reached();
  stage.room('room/a').kick(idOf(client));
  await client.expect({ op: 'left', room: 'room/a', reason: 'kicked' });
  gate.open();
  await client.expect({ op: 'left', id: 2, reason: 'kicked' });
  expect(stage.room('room/a').members).toEqual([]);
  expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual(['leave room/a kicked']);
});

it('hard case 12f: the 129th unfinished frame is RATE_LIMITED, and its id is used up', async () => {
  const stage = await start();
  const gate = new Gate();
  const client = await stage.member('room/a');
  stage.script.run = ({ data }) => gate.pass().then(() => data);
  for (let id = 2; id <= 130; id++) client.send({ event: 'run', room: 'room/a', data: id, id });
  await client.expect({ op: 'error', id: 130, code: 'RATE_LIMITED' });
  client.send({ event: 'run', room: 'room/a', id: 130 });
  await client.expect({ op: 'error', id: 130, code: 'RATE_LIMITED' });
  gate.open();
  for (let id = 2; id <= 129; id++) await client.expect({ op: 'ack', id, data: id });
  expect(await (await stage.resume(client)).request({ event: 'ordinary', data: 1 })).toMatchObject({
    op: 'ack',
    id: 131,
  });
});

it('hard case 12f: an answer older than the kept ones is DUPLICATE_ID', async () => {
  const stage = await start({ session: { answers: { count: 2 } } });
  const client = await stage.session();
  for (const data of [1, 2, 3]) await client.request({ event: 'ordinary', data });
  const back = await stage.resume(client);
  for (const id of [1, 2, 3]) back.send({ event: 'ordinary', id });
  await back.expect({ op: 'error', id: 1, code: 'DUPLICATE_ID' });
  await back.expect({ op: 'ack', id: 2, data: 2 });
  await back.expect({ op: 'ack', id: 3, data: 3 });
});

it('hard case 12g: a laptop sleeps for a minute: late timers judge nobody before queued frames are read', async () => {
  const clock = new ManualClock();
  const stage = await start({ clock, heartbeat: {} });
  const clients = [await stage.session(), await stage.session()];
  clock.advance(12_500);
  for (const client of clients) await client.expect({ op: 'ping' });
  const [alive, dead] = clients;
  // The pong is in the network when the machine falls asleep.
  alive!.send({ op: 'pong' });
  clock.sleep(60_000);
  await alive!.settled();
  expect(stage.of(alive!).connected).toBe(true);
  expect(stage.of(dead!).connected).toBe(true);
  clock.advance(10_000);
  expect(await dead!.closed).toMatchObject({ code: 4501 });
  expect(stage.of(alive!).connected).toBe(true);
});
