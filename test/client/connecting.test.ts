import { describe, expect, it } from '@jest/globals';
import { RoostClient } from 'nestjs-roost/client';
import { WebSocket } from 'ws';

import { back, rejection, scene } from './support/harness.js';

describe('connecting', () => {
  it('offers roost.v1, says connect first, and is online with its welcome', async () => {
    const s = await scene();
    const offered: string[][] = [];
    class Watched extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        offered.push(protocols);
      }
    }
    const client = s.client({ auth: { nickname: 'Ada' }, WebSocket: Watched });
    expect(client.status).toEqual({ state: 'connecting' });
    expect(client.session).toBeUndefined();
    const peer = await s.server.peer();
    const connect = await peer.welcome({ user: { id: 'u1', name: 'Ada' } });
    expect(offered).toEqual([['roost.v1']]);
    expect(connect).toEqual({ op: 'connect', auth: { nickname: 'Ada' } });
    expect(await s.status('online')).toEqual({ state: 'online', resumed: false, rooms: {}, direct: true });
    expect(client.session).toEqual({ id: 'public' });
    expect(client.user).toEqual({ id: 'u1', name: 'Ada' });
  });

  it('takes a URL object', async () => {
    const s = await scene();
    const client = new RoostClient(new URL(s.server.url), { WebSocket, clock: s.clock });
    const peer = await s.server.peer();
    await peer.welcome();
    await client.close();
  });

  it('waits for connect() where it is lazy', async () => {
    const s = await scene();
    const client = s.client({ lazy: true });
    expect(client.status).toEqual({ state: 'away', since: s.clock.now(), retryAt: undefined, attempt: 0 });
    const answer = client.send('hello');
    s.clock.advance(60_000);
    expect(s.server.unseen).toBe(0);
    client.connect();
    expect(client.status).toEqual({ state: 'connecting' });
    const peer = await s.server.peer();
    await peer.welcome();
    const { id } = await peer.next({ event: 'hello' });
    peer.send({ op: 'ack', id, data: 'you' });
    expect(await answer).toBe('you');
  });

  it('writes nothing but connect before its welcome', async () => {
    const s = await scene();
    const client = s.client();
    client.join('a');
    void client.send('b').catch(() => {});
    const peer = await s.server.peer();
    await peer.next({ op: 'connect' });
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    client.drop();
  });

  it('says what is missing where there is no WebSocket', () => {
    const there = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
    Reflect.deleteProperty(globalThis, 'WebSocket');
    try {
      expect(() => new RoostClient('ws://127.0.0.1/')).toThrow(/WebSocket is missing/);
    } finally {
      if (there) Object.defineProperty(globalThis, 'WebSocket', there);
    }
  });

  it('gives an attempt up that brings no welcome in time', async () => {
    const s = await scene();
    s.client({ timeouts: { connect: 7_000 } });
    const peer = await s.server.peer();
    await peer.next({ op: 'connect' });
    s.clock.advance(6_999);
    expect(s.statuses.size).toBe(0);
    s.clock.advance(1);
    expect(await s.status('away')).toMatchObject({ attempt: 1 });
    expect(await peer.closed).toBe(4900);
  });

  it('counts the time auth takes, and forgets an attempt that was given up meanwhile', async () => {
    const s = await scene();
    let answer: (auth: unknown) => void = () => {};
    s.client({ auth: () => new Promise((resolve) => (answer = resolve)), timeouts: { connect: 7_000 } });
    s.clock.advance(7_000);
    expect(await s.status('away')).toMatchObject({ attempt: 1 });
    answer('late');
    await Promise.resolve();
    expect(s.server.unseen).toBe(0);
  });

  it('reports what auth throws, at once or later, and tries again', async () => {
    const s = await scene();
    const faults = [new Error('at once'), new Error('later')];
    const auth = () => {
      const fault = faults.shift();
      if (fault?.message === 'at once') throw fault;
      return fault ? Promise.reject(fault) : 'token';
    };
    s.client({ auth });
    await s.status('away');
    s.clock.advance(500);
    await s.status('away');
    await s.status('away');
    expect(s.errors).toEqual([new Error('at once'), new Error('later')]);
    s.clock.advance(1_000);
    const peer = await s.server.peer();
    await peer.next({ op: 'connect', auth: 'token' });
  });

  it('asks an auth function anew for each connection', async () => {
    const s = await scene();
    let asked = 0;
    const { peer } = await s.online({ auth: () => `token ${++asked}` });
    expect(peer.frames.all[0]).toMatchObject({ auth: 'token 1' });
    peer.cut();
    await (await back(s)).next({ op: 'connect', auth: 'token 2' });
  });

  it('ignores what it does not know: ops, fields, binary frames; and reports what is no frame', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    peer.send({ op: 'novelty', room: 'x' }, { op: 'pong', extra: 1 });
    peer.raw(Buffer.from('{}'));
    await peer.settled();
    expect(s.errors).toEqual([]);
    peer.raw('nonsense');
    peer.raw('null');
    await peer.settled();
    expect(s.errors).toHaveLength(2);
    expect(client.status.state).toBe('online');
  });

  it('reports a complaint of the server that belongs to no request', async () => {
    const s = await scene();
    const { peer } = await s.online();
    peer.send({ op: 'error', code: 'BAD_FRAME', message: 'what was that' });
    await peer.settled();
    expect(s.errors).toMatchObject([{ name: 'RoostError', code: 'BAD_FRAME', message: 'what was that' }]);
  });
});

describe('closing', () => {
  it('ends the session with 1000, tells why, and leaves no timer', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const closing = client.close();
    expect(client.status).toEqual({ state: 'closed', code: 1000, reason: '', why: 'ended' });
    expect(client.session).toBeUndefined();
    expect(await peer.closed).toBe(1000);
    await closing;
    expect(s.clock.waiting).toEqual([]);
  });

  it('settles all promises: OUTCOME_UNKNOWN for what was sent, CLOSED for what was not', async () => {
    const s = await scene();
    const { client, peer } = await s.online({}, { limits: { frame: 65_536, rooms: 100, pending: 2 } });
    const room = client.join('a');
    const sent = rejection(client.send('sent'));
    const unsent = rejection(client.send('unsent'));
    const history = rejection(room.history());
    const leaving = room.leave();
    await client.close();
    expect(await sent).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await unsent).toMatchObject({ code: 'CLOSED' });
    expect(await history).toMatchObject({ code: 'CLOSED' });
    expect(await rejection(room.joined)).toMatchObject({ name: 'RoostError' });
    await leaving;
    expect(room.state).toBe('left');
    expect(peer.frames.size).toBe(2);
  });

  it('refuses everything afterwards', async () => {
    const s = await scene();
    const { client } = await s.online();
    await client.close();
    expect(await rejection(client.send('x'))).toMatchObject({ code: 'CLOSED' });
    const room = client.join('a');
    expect(await rejection(room.joined)).toMatchObject({ code: 'CLOSED' });
    expect(room.state).toBe('left');
    await client.close();
  });

  it('tells rooms that they are left, with the session', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a');
    const { id } = await peer.next({ op: 'join' });
    peer.send({ op: 'joined', id, room: 'a', epoch: 'e', offset: 0 });
    await room.joined;
    const reasons: string[] = [];
    room.onLeft((reason) => reasons.push(reason));
    await client.close();
    expect(reasons).toEqual(['closed']);
  });

  it('comes back with a new session on connect()', async () => {
    const s = await scene();
    const { client } = await s.online();
    await client.close();
    client.connect();
    expect(client.status).toEqual({ state: 'connecting' });
    const peer = await s.server.peer();
    expect(await peer.welcome()).toEqual({ op: 'connect' });
    const answer = client.send('x');
    peer.send({ op: 'ack', id: (await peer.next({ event: 'x' })).id });
    expect(await answer).toBeUndefined();
  });

  it('closes while connecting, and while away', async () => {
    const s = await scene();
    const early = s.client();
    await early.close();
    const { client, peer } = await s.online();
    peer.cut();
    await s.status('away');
    await client.close();
    expect(s.clock.waiting).toEqual([]);
  });

  it('does not wait for ever for the other side', async () => {
    const s = await scene();
    class Deaf extends WebSocket {
      override close(): void {}
    }
    const client = s.client({ WebSocket: Deaf });
    const peer = await s.server.peer();
    await peer.welcome();
    await s.status('online');
    const closing = client.close();
    s.clock.advance(3_000);
    await closing;
    peer.cut();
  });
});
