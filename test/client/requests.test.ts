import { describe, expect, it } from '@jest/globals';

import { back, joined, rejection, scene } from './support/harness.js';

describe('answers', () => {
  it('settle the request with their id, in whatever order they come', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const first = client.send('a', { n: 1 });
    const second = client.send('b');
    expect(await peer.next()).toEqual({ id: 1, event: 'a', data: { n: 1 } });
    expect(await peer.next()).toEqual({ id: 2, event: 'b' });
    peer.send(
      { op: 'ack', id: 2, data: 'two' },
      { op: 'ack', id: 1, data: 'one' },
      { op: 'ack', id: 1, data: 'again' },
    );
    expect(await first).toBe('one');
    expect(await second).toBe('two');
  });

  it('reject with what the server said', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const answer = rejection(client.send('a'));
    const { id } = await peer.next();
    peer.send({ op: 'error', id, code: 'VALIDATION_FAILED', message: 'too long', details: [{ field: 'text' }] });
    const error = await answer;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'RoostError',
      code: 'VALIDATION_FAILED',
      message: 'too long',
      details: [{ field: 'text' }],
    });
  });

  it.each(['RATE_LIMITED', 'UNAVAILABLE'] as const)('%s is told, and never repeated by itself', async (code) => {
    const s = await scene();
    const { client, peer } = await s.online();
    const answer = rejection(client.send('a'));
    peer.send({ op: 'error', id: (await peer.next()).id, code, message: 'later', retryAfter: 700 });
    expect(await answer).toMatchObject({ code, retryAfter: 700 });
    s.clock.advance(5_000);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1 });
    await again.settled();
    expect(again.frames.size).toBe(0);
  });

  it('time out 35 s after sending, by default, and leave no timer when they come', async () => {
    const s = await scene();
    const { client, peer } = await s.online({}, { heartbeat: { interval: 90_000, timeout: 90_000 } });
    const late = rejection(client.send('late'));
    const quick = client.send('quick');
    await peer.next();
    peer.send({ op: 'ack', id: (await peer.next()).id });
    await quick;
    expect(s.clock.waiting).toHaveLength(2);
    s.clock.advance(34_999);
    peer.send({ op: 'ping' });
    await peer.next({ op: 'pong' });
    s.clock.advance(1);
    expect(await late).toMatchObject({ code: 'TIMEOUT' });
    expect(s.clock.waiting).toHaveLength(1);
    // What comes now is nobody's.
    peer.send({ op: 'ack', id: 1 }, { op: 'error', id: 1, code: 'INTERNAL', message: '' });
    await peer.settled();
    expect(s.errors).toEqual([]);
  });

  it('do not time out while the client is away; the time begins anew with the next sending', async () => {
    const s = await scene();
    const { client, peer } = await s.online({ timeouts: { answer: 5_000 } });
    const answer = client.send('a');
    await peer.next();
    s.clock.advance(4_000);
    peer.cut();
    await s.waiting();
    client.drop();
    s.clock.advance(60_000);
    client.connect();
    const again = await s.server.peer();
    await again.welcome({ resumed: true });
    await again.next({ event: 'a', id: 1 });
    s.clock.advance(4_999);
    again.send({ op: 'ack', id: 1, data: 'at last' });
    expect(await answer).toBe('at last');
  });

  it('time out after the caller’s own time also where nothing was sent, and then nothing is', async () => {
    const s = await scene();
    const client = s.client({ lazy: true });
    const unsent = rejection(client.send('a', 1, { timeout: 2_000 }));
    s.clock.advance(2_000);
    expect(await unsent).toMatchObject({ code: 'TIMEOUT' });
    client.connect();
    const peer = await s.server.peer();
    await peer.welcome();
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    const sent = rejection(client.send('b', 1, { timeout: 2_000 }));
    await peer.next({ event: 'b' });
    s.clock.advance(2_000);
    expect(await sent).toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('frames', () => {
  it('carry the data as it was at the call', async () => {
    const s = await scene();
    const client = s.client({ lazy: true });
    const data = { text: 'before' };
    void client.send('a', data).catch(() => {});
    data.text = 'after';
    client.connect();
    const peer = await s.server.peer();
    await peer.welcome();
    await peer.next({ event: 'a', data: { text: 'before' } });
  });

  it('are numbered above the last id of the session', async () => {
    const s = await scene();
    const { client, peer } = await s.online({}, { resumed: true, lastId: 41 });
    void client.send('a').catch(() => {});
    await peer.next({ id: 42 });
  });

  it('above the limit are not sent: TOO_LARGE, to the byte', async () => {
    const s = await scene();
    const { client, peer } = await s.online({}, { limits: { frame: 60, rooms: 1, pending: 9 } });
    const frame = (data: string) => Buffer.byteLength(JSON.stringify({ id: 1, event: 'a', data }));
    const fits = `é${'x'.repeat(60 - frame('é'))}`;
    expect(frame(fits)).toBe(60);
    void client.send('a', fits).catch(() => {});
    await peer.next({ data: fits });
    expect(await rejection(client.send('a', `${fits}x`))).toMatchObject({ code: 'TOO_LARGE' });
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    expect(client.status.state).toBe('online');
  });

  it('that cannot be JSON are refused to the caller', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    expect(await rejection(client.send('a', 1n))).toBeInstanceOf(TypeError);
    expect(() => client.join('a', { data: 1n })).toThrow(TypeError);
    client.join('a');
    await peer.next({ op: 'join', id: 1 });
  });

  it('wait where limits.pending are unfinished, and go when answers come', async () => {
    const s = await scene();
    const { client, peer } = await s.online({}, { limits: { frame: 999, rooms: 9, pending: 2 } });
    const answers = [1, 2, 3, 4].map((n) => client.send('a', n));
    await peer.settled();
    expect(peer.frames.size).toBe(2);
    peer.send({ op: 'ack', id: 2 });
    await peer.next({ id: 1 });
    await peer.next({ id: 2 });
    await peer.next({ id: 3, data: 3 });
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    peer.send({ op: 'error', id: 1, code: 'INTERNAL', message: '' }, { op: 'ack', id: 3 });
    peer.send({ op: 'ack', id: (await peer.next({ data: 4 })).id });
    await Promise.allSettled(answers);
  });

  it('beyond the bound of the queue are rejected with UNAVAILABLE, by count', async () => {
    const s = await scene();
    const client = s.client({ lazy: true, queue: { count: 2 } });
    const kept = [client.send('a'), client.send('b')];
    expect(await rejection(client.send('c'))).toMatchObject({ code: 'UNAVAILABLE' });
    client.connect();
    const peer = await s.server.peer();
    await peer.welcome();
    for (const event of ['a', 'b']) peer.send({ op: 'ack', id: (await peer.next({ event })).id });
    await Promise.all(kept);
  });

  it('beyond the bound of the queue are rejected with UNAVAILABLE, by bytes', async () => {
    const s = await scene();
    const client = s.client({ lazy: true, queue: { bytes: 60 } });
    void client.send('a', 'x'.repeat(20)).catch(() => {});
    expect(await rejection(client.send('a', 'x'.repeat(20)))).toMatchObject({ code: 'UNAVAILABLE' });
    void client.send('b').catch(() => {});
  });
});

describe('frames across a reconnect', () => {
  it('unanswered ones go out again, same ids, same order, before new ones', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const answers = ['a', 'b', 'c'].map((event) => client.send(event));
    await peer.next({ event: 'a' });
    peer.send({ op: 'ack', id: (await peer.next({ event: 'b' })).id, data: 'b' });
    expect(await answers[1]).toBe('b');
    peer.cut();
    await s.waiting();
    answers.push(client.send('d'));
    client.connect();
    const again = await s.server.peer();
    await again.welcome({ resumed: true, lastId: 3 });
    expect(await again.next()).toEqual({ id: 1, event: 'a' });
    expect(await again.next()).toEqual({ id: 3, event: 'c' });
    expect(await again.next()).toEqual({ id: 4, event: 'd' });
    again.send({ op: 'ack', id: 1, data: 'a' }, { op: 'ack', id: 3, data: 'c' }, { op: 'ack', id: 4, data: 'd' });
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('with resumed:false written ones reject with OUTCOME_UNKNOWN and are not sent; unwritten ones follow the joins', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 5);
    const written = rejection(client.send('written'));
    await peer.next({ event: 'written' });
    peer.cut();
    await s.waiting();
    const unwritten = room.send('unwritten');
    const later = client.join('b');
    client.connect();
    const again = await s.server.peer();
    await again.welcome({ resumed: false, lastId: 0 });
    expect(await written).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await again.next()).toEqual({ id: 3, op: 'join', room: 'a', since: { epoch: 'e', offset: 5 } });
    const { id } = await again.next({ event: 'unwritten', room: 'a' });
    await again.next({ op: 'join', room: 'b' });
    again.send({ op: 'ack', id, data: 'ran once' });
    expect(await unwritten).toBe('ran once');
    expect(later.state).toBe('joining');
  });

  it('an unfinished history is asked again', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const page = room.history({ before: 9, limit: 3 });
    expect(await peer.next()).toEqual({ id: 2, op: 'history', room: 'a', before: 9, limit: 3 });
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 2, rooms: { a: { epoch: 'e', offset: 0, recovered: true } } });
    const data = { epoch: 'e', offset: 0, messages: [], more: false };
    again.send({ op: 'ack', id: (await again.next({ op: 'history', before: 9 })).id, data });
    expect(await page).toEqual(data);
  });
});
