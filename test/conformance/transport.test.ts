import { describe, expect, it } from '@jest/globals';
import { joined, ManualClock, useStage, within } from './support/index.js';

const start = useStage();

describe('frames', () => {
  it.each([
    ['a binary frame', Buffer.from('{"op":"ping"}')],
    ['a frame with both `op` and `event`', '{"op":"ping","event":"x"}'],
    ['a frame with neither', '{"data":1}'],
    ['an unknown `op`', '{"op":"dance"}'],
    ['an `op` that only servers send', '{"op":"welcome"}'],
    ['an `event` that is no string', '{"event":5}'],
  ])('%s is answered BAD_FRAME, and the connection stays', async (_what, bytes) => {
    const stage = await start();
    for (const client of [await stage.session(), await stage.plain()]) {
      client.socket.send(bytes);
      await client.expect({ op: 'error', code: 'BAD_FRAME' });
      expect(await client.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack', data: 1 });
    }
  });

  it.each(['join', 'ping', 'connect', '__proto__', 'constructor', 'toString', ''])(
    'an application may name an event %j',
    async (event) => {
      const stage = await start();
      const client = await stage.member('room/a');
      await stage.room('room/a').broadcast(event, { a: 1 });
      expect(await client.expect({ room: 'room/a', event })).toMatchObject({ data: { a: 1 }, offset: 1 });
      expect(await client.request({ event, room: 'room/a' })).toMatchObject({ op: 'error', code: 'UNKNOWN_EVENT' });
      expect(await client.request({ event })).toMatchObject({ op: 'error', code: 'UNKNOWN_EVENT' });
    },
  );

  it('the server ignores unknown fields', async () => {
    const stage = await start();
    const client = await stage.session({ color: 'red' });
    const answer = await client.request({ op: 'join', room: 'room/a', color: 'red', seq: 'x', ['__proto__']: 1 });
    expect(answer).toMatchObject({ op: 'joined', room: 'room/a' });
  });
});

describe('session mode', () => {
  it('is what offering `roost.v1` chooses, also among others', async () => {
    const stage = await start();
    for (const client of [await stage.silent(), await stage.offering('other', 'roost.v1')]) {
      expect(client.socket.protocol).toBe('roost.v1');
      client.send({ op: 'connect' });
      await client.expect({ op: 'welcome', resumed: false });
    }
  });

  it('begins with `connect`: anything else before it is BAD_FRAME', async () => {
    const stage = await start();
    const client = await stage.silent();
    client.send({ op: 'join', id: 1, room: 'room/a' });
    await client.expect({ op: 'error', id: 1, code: 'BAD_FRAME' });
    client.send({ event: 'ordinary' });
    await client.expect({ op: 'error', code: 'BAD_FRAME' });
    client.send({ op: 'connect' });
    // What was refused before it has not been received: the ids are free.
    await client.expect({ op: 'welcome', lastId: 0 });
    expect(stage.calls).toEqual([]);
  });

  it('gives `connect` ten seconds', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat: { interval: 60_000 } });
    const client = await stage.silent();
    const inTime = await stage.silent();
    clock.advance(9_980);
    inTime.send({ op: 'connect' });
    await inTime.expect({ op: 'welcome' });
    await client.settled();
    clock.advance(20);
    expect(await client.closed).toMatchObject({ code: 4408 });
    clock.advance(10_000);
    expect(await inTime.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
  });

  it('a second `connect` is BAD_FRAME', async () => {
    const stage = await start();
    const client = await stage.session();
    client.send({ op: 'connect' });
    await client.expect({ op: 'error', code: 'BAD_FRAME' });
    expect(await client.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
  });

  it('`welcome` tells the session, the heartbeat and the limits', async () => {
    const stage = await start({
      heartbeat: {},
      authenticate: () => ({ user: { id: 'u1', name: 'Ann', secret: 1 } }),
    });
    const { welcome } = await stage.session();
    expect(welcome).toEqual({
      op: 'welcome',
      session: { id: expect.any(String), token: expect.any(String), ttl: 120_000 },
      resumed: false,
      lastId: 0,
      user: { id: 'u1', name: 'Ann' },
      heartbeat: { interval: 25_000, timeout: 10_000 },
      limits: { frame: 65_536, rooms: 100, pending: 128 },
    });
  });
});

describe('frames behind `connect`', () => {
  const held = (options = {}) => {
    let admit: () => void = () => {};
    const admission = new Promise<void>((resolve) => (admit = resolve));
    return { admit, options: { authenticate: () => admission.then(() => ({})), ...options } };
  };

  it('are held until `welcome`, sixteen of them, and then served in order', async () => {
    const { admit, options } = held();
    const stage = await start(options);
    const client = await stage.silent();
    client.send({ op: 'connect' });
    client.send({ op: 'join', id: 1, room: 'room/a' });
    for (let id = 2; id <= 16; id++) client.send({ event: 'run', room: 'room/a', data: id, id });
    await client.settled();
    expect(stage.calls).toEqual([]);
    admit();
    await client.expect({ op: 'welcome' });
    await client.expect({ op: 'joined', id: 1 });
    for (let id = 2; id <= 16; id++) await client.expect({ op: 'ack', id, data: id });
  });

  it('a seventeenth closes the connection with 4429, after a hint', async () => {
    const { options } = held();
    const stage = await start(options);
    const client = await stage.silent();
    client.send({ op: 'connect' });
    for (let id = 1; id <= 17; id++) client.send({ event: 'ordinary', id });
    expect(await client.expect({ op: 'reconnect' })).toMatchObject({ after: expect.any(Number) });
    expect(await client.closed).toMatchObject({ code: 4429 });
  });

  it.each([
    [0, 'are held'],
    [1, 'close the connection with 4429'],
  ])('64 KiB and %i bytes of them %s', async (beyond) => {
    const { admit, options } = held();
    const stage = await start(options);
    const client = await stage.silent();
    client.send({ op: 'connect' });
    const frame = JSON.stringify({ event: 'ordinary', id: 1, data: '' });
    const next = JSON.stringify({ event: 'ordinary', id: 2, data: '' });
    const fill = 65_536 - frame.length - next.length + beyond;
    client.send(JSON.stringify({ event: 'ordinary', id: 1, data: 'x'.repeat(fill - 1_000) }));
    client.send(JSON.stringify({ event: 'ordinary', id: 2, data: 'x'.repeat(1_000) }));
    await (beyond === 0 ? client.settled() : client.expect({ op: 'reconnect' }));
    admit();
    if (beyond === 0) {
      await client.expect({ op: 'welcome' });
      await client.expect({ op: 'ack', id: 1 });
      await client.expect({ op: 'ack', id: 2 });
    } else {
      expect(await client.closed).toMatchObject({ code: 4429 });
    }
  });
});

it('a connection that offers only unknown subprotocols is closed with 4406', async () => {
  const stage = await start();
  const client = await stage.offering('other', 'roost.v2');
  expect(await client.closed).toMatchObject({ code: 4406 });
  expect(stage.sessions.size).toBe(0);
});

describe('plain mode', () => {
  it('has no `connect`, no `welcome` and no `ping` or `pong` frames', async () => {
    const stage = await start();
    const client = await stage.plain();
    expect(client.socket.protocol).toBe('');
    for (const frame of [{ op: 'connect' }, { op: 'ping' }, { op: 'pong' }]) {
      client.send(frame);
      await client.expect({ op: 'error', code: 'BAD_FRAME' });
    }
    expect(client.unread).toEqual([]);
  });

  it('has the same rooms, events, answers and errors, with ids or without', async () => {
    const stage = await start();
    const client = await stage.plain();
    client.send({ op: 'join', room: 'room/a' });
    expect(await client.expect({ op: 'joined', room: 'room/a' })).not.toHaveProperty('id');
    client.send({ event: 'say', room: 'room/a', data: 1 });
    await client.expect({ event: 'say', room: 'room/a', data: 1, offset: 1 });
    expect(await joined(client, 'room/b')).toMatchObject({ offset: 0 });
    expect(await client.request({ event: 'run', room: 'room/b', data: 2 })).toMatchObject({ op: 'ack', data: 2 });
    client.send({ event: 'nothing', room: 'room/a' });
    await client.expect({ op: 'error', code: 'UNKNOWN_EVENT' });
    client.send({ op: 'leave', room: 'room/a' });
    expect(await client.expect({ op: 'left', room: 'room/a', reason: 'left' })).not.toHaveProperty('id');
    client.send({ event: 'say', room: 'room/a' });
    await client.expect({ op: 'error', code: 'NOT_JOINED' });
  });

  it("speaks Nest's {event, data}", async () => {
    const stage = await start();
    const client = await stage.plain();
    client.send({ event: 'stock', data: 5 });
    expect(await client.expect({ event: 'stocked' })).toEqual({ event: 'stocked', data: 5 });
    expect(await client.request({ event: 'stock', data: 6 })).toEqual({ op: 'ack', id: 1, data: 6 });
  });

  it('the session ends with the socket, however it closes', async () => {
    const stage = await start();
    for (const end of ['cut', 'close'] as const) {
      const client = await stage.plain();
      await joined(client, 'room/a');
      const ended = within(new Promise((resolve) => stage.sessions.ended$.subscribe(resolve)), 'the session to end');
      await (end === 'cut' ? client.cut() : client.close(1001));
      await ended;
    }
    expect(stage.sessions.size).toBe(0);
    expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual([
      'leave room/a closed',
      'leave room/a closed',
    ]);
  });

  it('direct messages have no `seq` there', async () => {
    const stage = await start();
    const client = await stage.plain();
    await client.settled();
    stage.sessions.all()[0]?.send('hello', 1);
    expect(await client.expect({ event: 'hello' })).toEqual({ event: 'hello', data: 1 });
  });

  it('can be switched off: closed with 4406', async () => {
    const stage = await start({ plain: false });
    const client = await stage.plain();
    expect(await client.closed).toMatchObject({ code: 4406 });
    await stage.session();
  });
});
