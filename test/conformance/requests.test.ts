import { describe, expect, it } from '@jest/globals';
import { Gate, joined, ManualClock, useStage } from './support/index.js';

const start = useStage();

describe('a request', () => {
  it.each([0, -1, 1.5, '1', null, 2 ** 53, true])('with the id %j is BAD_FRAME', async (id) => {
    const stage = await start();
    const client = await stage.session();
    client.send({ event: 'ordinary', id });
    expect(await client.expect({ op: 'error', code: 'BAD_FRAME' })).not.toHaveProperty('id');
  });

  it.each(['join', 'leave', 'history', 'presence'])('of the protocol needs an id in session mode: %s', async (op) => {
    const stage = await start();
    const client = await stage.session();
    client.send({ op, room: 'room/a' });
    await client.expect({ op: 'error', code: 'BAD_FRAME' });
  });

  it('with an id is answered by exactly one `ack` or `error`', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    client.send({ event: 'run', room: 'room/a', data: 'x', id: 2 });
    client.send({ event: 'unknown', room: 'room/a', data: 'x', id: 3 });
    await client.settled();
    expect(client.unread).toEqual([
      { op: 'ack', id: 2, data: 'x' },
      { op: 'error', id: 3, code: 'UNKNOWN_EVENT', message: expect.any(String) },
    ]);
  });

  it('without an id is never answered, but by an error', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    client.send({ event: 'run', room: 'room/a', data: 'x' });
    client.send({ event: 'ordinary', data: 'x' });
    client.send({ event: 'unknown', room: 'room/a' });
    await client.expect({ op: 'error', code: 'UNKNOWN_EVENT' });
    await client.settled();
    expect(client.unread).toEqual([]);
    expect(stage.calls).toEqual(['join room/a', 'run room/a "x"', 'ordinary "x"']);
  });

  it('tells `offset` where its handler published into its room', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    await stage.publish('room/a', 1, 2);
    expect(await client.request({ event: 'say', room: 'room/a', data: 3 })).toMatchObject({ op: 'ack', offset: 3 });
    stage.script.run = () => stage.publish('room/b', 'elsewhere');
    expect(await client.request({ event: 'run', room: 'room/a' })).not.toHaveProperty('offset');
  });

  it('consumes its id also where it ends in an error', async () => {
    const stage = await start();
    const client = await stage.session();
    client.send({ event: 'run', room: 'room/a', id: 7 });
    const refusal = await client.expect({ op: 'error', id: 7, code: 'NOT_JOINED' });
    client.send({ op: 'join', room: 'room/a', id: 8 });
    await client.expect({ op: 'joined', id: 8 });
    client.send({ event: 'run', room: 'room/a', id: 7 });
    expect(await client.expect({ id: 7 })).toEqual(refusal);
  });

  it('a bad frame consumes its id too', async () => {
    const stage = await start();
    const client = await stage.session();
    client.send({ op: 'dance', id: 4 });
    const refusal = await client.expect({ op: 'error', id: 4, code: 'BAD_FRAME' });
    client.send({ event: 'ordinary', id: 4 });
    expect(await client.expect({ id: 4 })).toEqual(refusal);
    const back = await stage.resume(client);
    expect(back.welcome).toMatchObject({ lastId: 4 });
  });
});

describe('a repeated id', () => {
  it('runs once and gets the first answer', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    let runs = 0;
    stage.script.run = () => ++runs;
    for (let times = 0; times < 3; times++) {
      client.send({ event: 'run', room: 'room/a', id: 2 });
      expect(await client.expect({ id: 2 })).toEqual({ op: 'ack', id: 2, data: 1 });
    }
  });

  it('waits for the answer where the first still runs, on any connection', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = () => gate.pass().then(() => 'done');
    client.send({ event: 'run', room: 'room/a', id: 2 });
    client.send({ event: 'run', room: 'room/a', id: 2 });
    await gate.reached();
    const back = await stage.resume(client);
    expect(back.welcome).toMatchObject({ resumed: true, lastId: 2 });
    back.send({ event: 'run', room: 'room/a', id: 2 });
    await back.settled();
    gate.open();
    await back.answer(2);
    await back.settled();
    expect(back.unread).toEqual([]);
    expect(stage.calls.filter((call) => call.startsWith('run'))).toHaveLength(1);
  });

  it('gets its answer also where that came while no connection had the session', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = () => gate.pass().then(() => 'done');
    client.send({ event: 'run', room: 'room/a', id: 2 });
    await gate.reached();
    await stage.lose(client);
    gate.open();
    const back = await stage.resume(client);
    back.send({ event: 'run', room: 'room/a', id: 2 });
    expect(await back.answer(2)).toEqual({ op: 'ack', id: 2, data: 'done' });
    expect(stage.calls.filter((call) => call.startsWith('run'))).toHaveLength(1);
  });

  it('of `history` or `presence` is run anew', async () => {
    const stage = await start();
    const client = await stage.member('listed/a');
    for (const count of [1, 2]) {
      await stage.publish('listed/a', count);
      client.send({ op: 'history', room: 'listed/a', id: 2 });
      expect((await client.answer(2))['data'].messages).toHaveLength(count);
    }
    client.send({ op: 'presence', room: 'listed/a', id: 3 });
    expect((await client.answer(3))['data']).toMatchObject({ count: 1 });
    await stage.member('listed/a');
    client.send({ op: 'presence', room: 'listed/a', id: 3 });
    expect((await client.answer(3))['data']).toMatchObject({ count: 2 });
  });

  it('costs no rate', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, limits: { messages: { perSecond: 1, burst: 2 } } });
    const client = await stage.session();
    for (let times = 0; times < 5; times++) {
      client.send({ event: 'ordinary', data: 1, id: 1 });
      await client.expect({ op: 'ack', id: 1 });
    }
    client.send({ event: 'ordinary', id: 2 });
    await client.expect({ op: 'ack', id: 2 });
    client.send({ event: 'ordinary', id: 3 });
    await client.expect({ op: 'error', id: 3, code: 'RATE_LIMITED', retryAfter: 1_000 });
  });
});

describe('kept answers', () => {
  it('are the last 128; an older id is DUPLICATE_ID', async () => {
    const stage = await start();
    const client = await stage.session();
    for (let id = 1; id <= 129; id++) {
      client.send({ event: 'ordinary', data: id, id });
      await client.expect({ op: 'ack', id });
    }
    client.send({ event: 'ordinary', id: 2 });
    await client.expect({ op: 'ack', id: 2, data: 2 });
    client.send({ event: 'ordinary', id: 1 });
    await client.expect({ op: 'error', id: 1, code: 'DUPLICATE_ID' });
    expect(stage.calls).toHaveLength(129);
  });

  it('are 256 KiB at most', async () => {
    const stage = await start();
    const client = await stage.session();
    // Five answers of 60,000 bytes and a little: four fit.
    for (let id = 1; id <= 5; id++) {
      client.send({ event: 'ordinary', data: 'x'.repeat(60_000), id });
      await client.expect({ op: 'ack', id });
    }
    client.send({ event: 'ordinary', id: 1 });
    await client.expect({ op: 'error', id: 1, code: 'DUPLICATE_ID' });
    client.send({ event: 'ordinary', id: 2 });
    await client.expect({ op: 'ack', id: 2 });
    expect(stage.calls).toHaveLength(5);
  });

  it('an id below the last one that never came is no new frame', async () => {
    const stage = await start();
    const client = await stage.session();
    client.send({ event: 'ordinary', id: 10 });
    await client.expect({ op: 'ack', id: 10 });
    client.send({ event: 'ordinary', id: 5 });
    await client.expect({ op: 'error', id: 5, code: 'DUPLICATE_ID' });
    expect(stage.calls).toHaveLength(1);
  });
});

describe('lanes', () => {
  it('frames of one room run in order, and a slow handler in one room holds up no other', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a', 'room/b');
    stage.script.run = ({ room, data }) => (room.name === 'room/a' ? gate.pass().then(() => data) : data);
    client.send({ event: 'run', room: 'room/a', data: 1, id: 3 });
    client.send({ event: 'run', room: 'room/a', data: 2, id: 4 });
    client.send({ event: 'run', room: 'room/b', data: 3, id: 5 });
    client.send({ event: 'ordinary', data: 4, id: 6 });
    await client.expect({ op: 'ack', id: 5 });
    await client.expect({ op: 'ack', id: 6 });
    await gate.reached(1);
    expect(stage.calls).not.toContain('run room/a 2');
    gate.openOne();
    await client.expect({ op: 'ack', id: 3, data: 1 });
    gate.open();
    await client.expect({ op: 'ack', id: 4, data: 2 });
  });

  it('frames without a room run in order, each after the first answer of the one before', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.session();
    stage.script.ordinary = (_session, data) => gate.pass().then(() => data);
    client.send({ event: 'ordinary', data: 1, id: 1 });
    client.send({ event: 'ordinary', data: 2, id: 2 });
    await client.settled();
    expect(stage.calls).toEqual(['ordinary 1']);
    gate.open();
    await client.expect({ op: 'ack', id: 1 });
    await client.expect({ op: 'ack', id: 2 });
  });

  it('the same holds in plain mode', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.plain();
    await joined(client, 'room/a');
    stage.script.run = ({ data }) => (data === 1 ? gate.pass() : data);
    client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
    client.send({ event: 'run', room: 'room/a', data: 2, id: 3 });
    await client.settled();
    expect(stage.calls).toEqual(['join room/a', 'run room/a 1']);
    gate.open();
    await client.expect({ op: 'ack', id: 2 });
    await client.expect({ op: 'ack', id: 3, data: 2 });
  });

  it('a handler has thirty seconds, then OUTCOME_UNKNOWN, and its lane goes on', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat: { interval: 100_000 } });
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = ({ data }) => (data === 1 ? gate.pass().then(() => 'late') : data);
    client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
    client.send({ event: 'run', room: 'room/a', data: 2, id: 3 });
    await gate.reached();
    clock.advance(29_980);
    await client.settled();
    expect(client.unread).toEqual([]);
    clock.advance(20);
    await client.expect({ op: 'error', id: 2, code: 'OUTCOME_UNKNOWN' });
    await client.expect({ op: 'ack', id: 3, data: 2 });
    gate.open();
    client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
    await client.expect({ op: 'error', id: 2, code: 'OUTCOME_UNKNOWN' });
    await client.settled();
    expect(client.unread).toEqual([]);
  });
});
