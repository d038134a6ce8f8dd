import { describe, expect, it } from '@jest/globals';

import type { RoostClientOptions } from 'nestjs-roost/client';

import { CloseCode, afterClose, endsSession } from '../../lib/protocol/index.js';
import { back, joined, rejection, scene } from './support/harness.js';

describe('coming back', () => {
  it('names the session, the last direct message and the position of each joined room', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    client.join('never joined');
    const room = client.join('__proto__');
    await peer.next({ op: 'join' });
    const { id } = await peer.next({ op: 'join', room: '__proto__' });
    peer.send(
      { op: 'joined', id, room: '__proto__', epoch: 'e', offset: 7 },
      { event: 'x', room: '__proto__', data: 1, offset: 8, ts: 1 },
      { event: 'direct', data: 1, seq: 3 },
    );
    await room.joined;
    await peer.settled();
    peer.cut();
    const again = await back(s);
    const connect = await again.next({ op: 'connect', session: 'secret', seq: 3 });
    expect(JSON.stringify(connect['rooms'])).toBe('{"__proto__":{"epoch":"e","offset":8}}');
  });

  it('presents the newest token', async () => {
    const s = await scene();
    const { peer } = await s.online();
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, session: { id: 'public', token: 'second', ttl: 1 } });
    await s.status('online');
    again.cut();
    await (await back(s)).next({ op: 'connect', session: 'second' });
  });

  it('waits with full jitter, twice as long each time, up to the bound', async () => {
    const s = await scene();
    const spread = [0, 0.5, 1, 0.25];
    const { client, peer } = await s.online({
      backoff: { min: 1_000, max: 5_000 },
      random: () => spread.shift() ?? 1,
    });
    const waits: number[] = [];
    client.onStatus((status) => {
      if (status.state === 'away' && status.retryAt !== undefined) waits.push(status.retryAt - s.clock.now());
    });
    peer.cut();
    for (let attempt = 1; attempt <= 4; attempt++) (await back(s)).cut();
    await s.waiting();
    // The first random number went into the heartbeat.
    expect(waits).toEqual([500, 2_000, 1_000, 5_000, 5_000]);
    await client.close();
  });

  it('tells how it stands: since when, when it tries next, which attempt it is', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    s.clock.advance(20_000);
    const since = s.clock.now();
    peer.cut();
    expect(await s.status('away')).toEqual({ state: 'away', since, retryAt: since + 250, attempt: 1 });
    (await back(s)).cut();
    expect(await s.status('away')).toEqual({ state: 'away', since, retryAt: undefined, attempt: 1 });
    expect(await s.status('away')).toEqual({ state: 'away', since, retryAt: since + 250 + 500, attempt: 2 });
    const again = await back(s);
    await again.welcome({ resumed: true });
    expect(await s.status('online')).toEqual({ state: 'online', resumed: true, rooms: {}, direct: true });
    expect(client.status.state).toBe('online');
  });

  it('begins the back-off anew only after a connection that stood for a while', async () => {
    const s = await scene();
    const { peer } = await s.online();
    peer.cut();
    expect(await s.status('away')).toMatchObject({ attempt: 1 });
    let again = await back(s);
    await again.welcome({ resumed: true });
    await s.status('online');
    again.cut();
    expect(await s.status('away')).toMatchObject({ attempt: 2, since: s.clock.now() });
    again = await back(s);
    await again.welcome({ resumed: true });
    await s.status('online');
    s.clock.advance(10_000);
    again.cut();
    expect(await s.status('away')).toMatchObject({ attempt: 1 });
  });

  it.each([1012, 4429])('returns after the hint that came before %i, and not earlier', async (code) => {
    const s = await scene();
    const { peer } = await s.online();
    peer.send({ op: 'reconnect', after: 4_321 });
    peer.close(code);
    expect(await s.status('away')).toMatchObject({ retryAt: s.clock.now() + 4_321 });
    s.clock.advance(4_320);
    expect(s.server.unseen).toBe(0);
    s.clock.advance(1);
    (await s.server.peer()).cut();
    // The hint was for that one time.
    await s.status('away');
    expect(await s.status('away')).toMatchObject({ retryAt: s.clock.now() + 500 });
  });

  it('options that are undefined count as left out', async () => {
    const s = await scene();
    const client = s.client({
      backoff: { min: undefined, max: 100 },
      maxAttempts: undefined,
    } as unknown as RoostClientOptions);
    (await s.server.peer()).cut();
    expect((await s.waiting()) - s.clock.now()).toBe(50);
    await client.close();
  });

  it('stops after maxAttempts attempts in a row', async () => {
    const s = await scene();
    const { client, peer } = await s.online({ maxAttempts: 2 });
    peer.cut();
    await s.waiting();
    const unsent = rejection(client.send('x'));
    for (let attempt = 1; attempt <= 2; attempt++) (await back(s)).cut();
    expect(await s.status('closed')).toEqual({ state: 'closed', code: 1006, reason: '', why: 'unreachable' });
    expect(await unsent).toMatchObject({ code: 'CLOSED' });
    expect(s.clock.waiting).toEqual([]);
  });

  it('keeps the session over drop(), and comes back with connect() only', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    client.drop();
    expect(client.status).toEqual({ state: 'away', since: s.clock.now(), retryAt: undefined, attempt: 0 });
    expect(await peer.closed).toBe(4900);
    s.clock.advance(600_000);
    expect(s.server.unseen).toBe(0);
    client.connect();
    const again = await s.server.peer();
    await again.next({ op: 'connect', session: 'secret' });
  });

  it('a listener that drops the connection it is told of is taken at its word', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 3);
    const gaps: unknown[] = [];
    room.onGap((position) => gaps.push(position));
    peer.cut();
    await s.waiting();
    const unwritten = client.send('unwritten');
    const remove = client.onStatus(({ state }) => state === 'online' && client.drop());
    client.connect();
    const second = await s.server.peer();
    await second.welcome({ resumed: true, rooms: { a: { epoch: 'new', offset: 1, recovered: false } } });
    expect(await second.closed).toBe(4900);
    expect(second.frames.size).toBe(0);
    expect(gaps).toEqual([]);
    remove();
    client.connect();
    const third = await s.server.peer();
    await third.welcome({ resumed: false });
    // Never written, so it may go out in a new session too.
    await third.next({ op: 'join', room: 'a' });
    third.send({ op: 'ack', id: (await third.next({ event: 'unwritten' })).id, data: 'sent' });
    expect(await unwritten).toBe('sent');
  });

  it('connect() does not wait for the back-off, and does nothing while there is a connection', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    client.connect();
    peer.cut();
    await s.waiting();
    client.connect();
    client.connect();
    await (await s.server.peer()).welcome({ resumed: true });
    await s.status('online');
    expect(s.clock.waiting).toHaveLength(1);
    expect(s.server.unseen).toBe(0);
  });

  it('comes back from a slow reader’s and a silent connection’s close', async () => {
    for (const code of [CloseCode.SLOW_READER, CloseCode.HEARTBEAT_TIMEOUT, CloseCode.CONNECT_TIMEOUT, 1001, 1011]) {
      const s = await scene();
      const { peer } = await s.online();
      peer.close(code);
      expect(await s.status('away')).toMatchObject({ attempt: 1 });
      await (await back(s)).next({ op: 'connect', session: 'secret' });
    }
  });
});

describe('close codes', () => {
  it.each([
    [1000, 'ended'],
    [1009, 'too-large'],
    [4400, 'bad-frames'],
    [4403, 'forbidden'],
    [4406, 'incompatible'],
    [4409, 'taken-over'],
  ])('%i stops the client: %s', async (code, why) => {
    const s = await scene();
    const { client, peer } = await s.online();
    const sent = rejection(client.send('x'));
    await peer.next();
    peer.close(code, 'because');
    expect(await s.status('closed')).toEqual({ state: 'closed', code, reason: 'because', why });
    expect(await sent).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(s.clock.waiting).toEqual([]);
  });

  it('are each treated as the protocol says', async () => {
    for (const code of Object.values(CloseCode)) {
      const s = await scene();
      const { client, peer } = await s.online({ auth: () => 'token' });
      peer.close(code);
      const status = await (afterClose(code) === 'stop' ? s.status('closed') : s.status('away'));
      expect(status.state).toBe(afterClose(code) === 'stop' ? 'closed' : 'away');
      // Nor has it one where the server no longer speaks the protocol.
      const gone = endsSession(code) || code === CloseCode.TAKEN_OVER || code === CloseCode.NO_SUBPROTOCOL;
      expect([code, client.session === undefined]).toEqual([code, gone]);
    }
  });

  it('4409: connect() opens a new session, and joins the rooms again with since', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a', { data: 'mine' });
    const { id } = await peer.next({ op: 'join' });
    peer.send({ op: 'joined', id, room: 'a', epoch: 'e', offset: 3 });
    await room.joined;
    peer.close(4409);
    await s.status('closed');
    client.connect();
    const again = await s.server.peer();
    expect(await again.welcome({ session: { id: 'other', token: 'other', ttl: 1 } })).toEqual({ op: 'connect' });
    const join = await again.next({ op: 'join', room: 'a', data: 'mine', since: { epoch: 'e', offset: 3 } });
    expect(room.state).toBe('joining');
    again.send({ op: 'joined', id: join.id, room: 'a', epoch: 'e', offset: 3, recovered: true });
    await again.settled();
    expect(room.state).toBe('joined');
  });

  it('4401: asks for credentials anew, saying that the last were refused', async () => {
    const s = await scene();
    const asked: boolean[] = [];
    const { peer } = await s.online({ auth: ({ refused }) => (asked.push(refused), `token ${asked.length}`) });
    peer.close(4401);
    const again = await back(s);
    await again.welcome({ resumed: true });
    expect(again.frames.all[0]).toMatchObject({ auth: 'token 2', session: 'secret' });
    await s.status('online');
    again.close(4401);
    await s.status('away');
    expect(asked).toEqual([false, true]);
  });

  it('4401 twice in a row stops, with what the server said; connect() resumes with the rooms', async () => {
    const s = await scene();
    const { client, peer } = await s.online({ auth: () => 'stale' });
    const room = client.join('a');
    peer.send({ op: 'joined', id: (await peer.next({ op: 'join' })).id, room: 'a', epoch: 'e', offset: 3 });
    await room.joined;
    peer.close(4401);
    let again = await back(s);
    await again.next({ op: 'connect' });
    again.send({ op: 'error', code: 'UNAUTHENTICATED', message: 'sign in' });
    again.close(4401);
    const closed = await s.status('closed');
    expect(closed).toMatchObject({ code: 4401, why: 'unauthenticated', error: { code: 'UNAUTHENTICATED' } });
    client.connect();
    again = await s.server.peer();
    await again.welcome({ resumed: true, rooms: { a: { epoch: 'e', offset: 3, recovered: true } } });
    expect(again.frames.all[0]).toMatchObject({ session: 'secret', rooms: { a: { epoch: 'e', offset: 3 } } });
    await s.status('online');
    expect(room.state).toBe('joined');
  });

  it('4401 stops at once where auth is a value', async () => {
    const s = await scene();
    const { peer } = await s.online({ auth: 'fixed' });
    peer.close(4401);
    expect(await s.status('closed')).toMatchObject({ why: 'unauthenticated' });
  });

  it('a listener may start the client again while it is told of its end', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a');
    peer.send({ op: 'joined', id: (await peer.next({ op: 'join' })).id, room: 'a', epoch: 'e', offset: 3 });
    await room.joined;
    room.onLeft(() => {
      client.connect();
      client.join('a');
    });
    peer.close(1000);
    const again = await s.server.peer();
    await again.welcome();
    await again.next({ op: 'join', room: 'a' });
    expect(s.statuses.all.map(({ state }) => state)).toEqual(['online', 'connecting', 'online']);
  });
});
