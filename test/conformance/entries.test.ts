import { describe, expect, it } from '@jest/globals';
import { RoostException } from 'nestjs-roost';
import { dataOf, gathered, idOf, joined, nextOf, positionOf, useStage, WildStore } from './support/index.js';

const start = useStage();

describe('a message', () => {
  it('has room, data, offset and time; `from` where the app says whose it is', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    await client.request({ event: 'say', room: 'room/a', data: { text: 'hi' } });
    expect(await nextOf(client, 'room/a')).toEqual({
      event: 'say',
      room: 'room/a',
      data: { text: 'hi' },
      offset: 1,
      from: idOf(client),
      ts: expect.any(Number),
    });
    await stage.publish('room/a', 1);
    expect(await nextOf(client, 'room/a')).not.toHaveProperty('from');
  });
});

describe('an ephemeral message', () => {
  it('has no offset, is kept nowhere, and is not replayed', async () => {
    const stage = await start();
    const client = await stage.session();
    const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
    await stage.room('room/a').broadcast('typing', 1, { ephemeral: true });
    expect(await client.expect({ event: 'typing' })).toEqual({
      event: 'typing',
      room: 'room/a',
      data: 1,
      ts: expect.any(Number),
    });
    const back = await stage.resume(client, { rooms });
    expect(back.welcome['rooms']['room/a']).toMatchObject({ offset: 0, recovered: true });
    await stage.publish('room/a', 1);
    await back.expect({ event: 'say', offset: 1 });
    expect((await stage.room('room/a').history()).messages).toHaveLength(1);
  });

  it('for all but the sender leaves no trace with the sender', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    const other = await stage.member('room/a');
    await stage.room('room/a').broadcast('typing', 1, { ephemeral: true, except: idOf(client) });
    await other.expect({ event: 'typing' });
    await client.settled();
    expect(client.unread).toEqual([]);
  });

  it('is skipped for a member whose queue is past half of its limit; logged ones are not', async () => {
    const stage = await start({ limits: { queue: 400_000 } });
    const client = await stage.member('room/a');
    const session = stage.of(client);
    client.socket.pause();
    const count = await stage.congest(client, 'room/a', 200_000);
    expect(session.skipped).toBe(0);
    for (let n = 0; n < 3; n++) await stage.room('room/a').broadcast('typing', 1, { ephemeral: true });
    await stage.publish('room/a', 'end');
    await gathered();
    expect(session.skipped).toBe(3);
    client.socket.resume();
    for (let offset = 1; offset <= count; offset++) await client.expect({ event: 'say', offset });
    await client.expect({ event: 'say', data: 'end', offset: count + 1 });
    await stage.room('room/a').broadcast('typing', 2, { ephemeral: true });
    await client.expect({ event: 'typing', data: 2 });
    expect(session.skipped).toBe(3);
  });
});

describe('`skip`', () => {
  it('stands for what a member is spared, live and replayed', async () => {
    const stage = await start();
    const client = await stage.session();
    const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
    const other = await stage.member('room/a');
    expect(await client.request({ event: 'tell-others', room: 'room/a', data: 1 })).toMatchObject({ offset: 1 });
    expect(await client.expect({ op: 'skip' })).toEqual({ op: 'skip', room: 'room/a', offset: 1 });
    await other.expect({ event: 'say', offset: 1, data: 1 });
    const back = await stage.resume(client, { rooms });
    await back.expect({ op: 'skip', room: 'room/a', offset: 1 });
    const [message] = (await back.request({ op: 'history', room: 'room/a' }))['data'].messages;
    expect(message).toMatchObject({ data: 1, offset: 1 });
  });
});

describe('`retract`', () => {
  it('is an entry of the log with an offset of its own', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    await stage.publish('room/a', 1);
    await client.expect({ event: 'say', offset: 1 });
    expect(await stage.room('room/a').retract(1)).toBe(true);
    expect(await client.expect({ op: 'retract' })).toEqual({ op: 'retract', room: 'room/a', offset: 2, target: 1 });
    await stage.publish('room/a', 2);
    await client.expect({ event: 'say', offset: 3 });
  });

  it.each([0, 2, 3, 1.5, -1])('of %d, which is no message, is nothing', async (target) => {
    const stage = await start();
    const client = await stage.member('room/a');
    await stage.publish('room/a', 1);
    await stage.room('room/a').retract(1);
    await client.expect({ event: 'say' });
    await client.expect({ op: 'retract' });
    expect(await stage.room('room/a').retract(target)).toBe(false);
    expect(await stage.room('room/a').retract(1)).toBe(false);
    await client.settled();
    expect(client.unread).toEqual([]);
  });

  it('leaves the data nowhere', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    await stage.publish('room/a', 'secret', 'public');
    await stage.room('room/a').retract(1);
    const page = await client.request({ op: 'history', room: 'room/a' });
    expect(JSON.stringify(page)).not.toContain('secret');
    const late = await stage.session();
    await joined(late, 'room/a', { since: { epoch: page['data'].epoch as string, offset: 0 } });
    await late.expect({ op: 'skip', offset: 1 });
    await late.expect({ event: 'say', offset: 2 });
    await late.expect({ op: 'retract', offset: 3, target: 1 });
  });
});

describe('`gap`', () => {
  it('is told to live members when the log is cut, with the position to go on from', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    const client = await stage.session();
    const before = await joined(client, 'room/a');
    await stage.publish('room/a', 1);
    await client.expect({ event: 'say', offset: 1 });
    const position = await store.cut('room/a');
    expect(await client.expect({ op: 'gap' })).toEqual({ op: 'gap', room: 'room/a', ...position });
    expect(position.epoch).not.toBe(before['epoch']);
    await stage.publish('room/a', 2);
    await client.expect({ event: 'say', offset: position.offset + 1 });
    const back = await stage.resume(client, { rooms: { 'room/a': position } });
    expect(back.welcome['rooms']['room/a']).toEqual({ ...position, recovered: true });
    await back.expect({ event: 'say', data: 2 });
  });

  it('who was away learns of it by `recovered: false`', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    const client = await stage.session();
    const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
    await stage.lose(client);
    const position = await store.cut('room/a');
    const back = await stage.resume(client, { rooms });
    expect(back.welcome['rooms']['room/a']).toEqual({ ...position, recovered: false });
    const again = await stage.resume(back);
    expect(again.welcome['rooms']['room/a']).toEqual({ ...position, recovered: false });
  });

  it('comes behind `joined` where the log is cut while the join handler runs', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    let cut: unknown;
    stage.script.join = async () => {
      cut = await store.cut('room/a');
    };
    const client = await stage.session();
    await joined(client, 'room/a');
    await client.expect({ op: 'gap', room: 'room/a', ...(cut as object) });
    await stage.publish('room/a', 1);
    await client.expect({ event: 'say', offset: 1 });
  });

  it('comes in the middle of a replay whose log is cut', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    const client = await stage.session();
    const rooms = { 'long/a': positionOf(await joined(client, 'long/a')) };
    await stage.lose(client);
    for (let n = 0; n < 400; n++) void stage.room('long/a').broadcast('say', 'x'.repeat(60_000));
    const back = await stage.resume(client, { rooms });
    back.socket.pause();
    const position = await store.cut('long/a');
    back.socket.resume();
    let offset = 0;
    for (;;) {
      const frame = await nextOf(back, 'long/a');
      if (frame['op'] === 'gap') {
        expect(frame).toMatchObject(position);
        break;
      }
      expect(frame['offset']).toBe(++offset);
    }
    await stage.publish('long/a', 'live');
    await back.expect({ event: 'say', data: 'live', offset: position.offset + 1 });
  });

  it('is no gap where the log is only out of reach for a moment', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    const client = await stage.session();
    const { epoch } = positionOf(await joined(client, 'room/a'));
    await stage.publish('room/a', 1, 2);
    const reading = stage.sessions.resumed$.subscribe(() => store.fail(new RoostException('UNAVAILABLE', 'away')));
    const back = await stage.resume(client, { rooms: { 'room/a': { epoch, offset: 0 } } });
    reading.unsubscribe();
    store.fail();
    await stage.publish('room/a', 3);
    expect(await dataOf(back, 'room/a', 3)).toEqual([1, 2, 3]);
    expect(back.unread.filter(({ op }) => op === 'gap')).toEqual([]);
  });

  it('is told where the log cannot be read for a replay', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    const client = await stage.session();
    const { epoch } = positionOf(await joined(client, 'room/a'));
    await stage.publish('room/a', 1, 2);
    stage.script.resume = () => undefined;
    const reading = stage.sessions.resumed$.subscribe(() => store.fail(new Error('out of reach')));
    const back = await stage.resume(client, { rooms: { 'room/a': { epoch, offset: 0 } } });
    await back.expect({ op: 'gap', epoch, offset: 2 });
    reading.unsubscribe();
    store.fail();
    await stage.publish('room/a', 3);
    await back.expect({ event: 'say', offset: 3 });
  });
});

it('a replay gives nothing that its room has not delivered yet, so that nothing comes twice', async () => {
  const store = new WildStore();
  const stage = await start({ store });
  const client = await stage.session();
  const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
  await stage.publish('room/a', 1);
  store.lag();
  await stage.publish('room/a', 2, 3);
  const back = await stage.resume(client, { rooms });
  await back.expect({ event: 'say', offset: 1 });
  await back.settled();
  store.catchUp();
  await back.expect({ event: 'say', offset: 2 });
  await back.expect({ event: 'say', offset: 3 });
  await back.settled();
  expect(back.unread).toEqual([]);
});
