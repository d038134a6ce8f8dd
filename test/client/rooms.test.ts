import { describe, expect, it } from '@jest/globals';

import { back, joined, rejection, scene } from './support/harness.js';

describe('joining', () => {
  it('tells what the join handler returned, and from where on messages come', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('chat/general', { data: { as: 'guest' }, since: { epoch: 'e', offset: 2 } });
    expect([room.name, room.state, room.position]).toEqual(['chat/general', 'joining', undefined]);
    const told: unknown[] = [];
    room.onJoined((info) => told.push(info));
    expect(await peer.next()).toEqual({
      id: 1,
      op: 'join',
      room: 'chat/general',
      data: { as: 'guest' },
      since: { epoch: 'e', offset: 2 },
    });
    peer.send({
      op: 'joined',
      id: 1,
      room: 'chat/general',
      epoch: 'e',
      offset: 2,
      recovered: true,
      data: { topic: 'x' },
    });
    const info = { data: { topic: 'x' }, recovered: true, position: { epoch: 'e', offset: 2 } };
    expect(await room.joined).toEqual(info);
    expect(told).toEqual([info]);
    expect([room.state, room.position]).toEqual(['joined', { epoch: 'e', offset: 2 }]);
  });

  it('that is refused rejects joined, which need not be handled, and leaves the room', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('secret');
    const left: unknown[] = [];
    room.onLeft((reason, error) => left.push([reason, error?.code]));
    peer.send({ op: 'error', id: (await peer.next()).id, code: 'FORBIDDEN', message: 'members only' });
    await peer.settled();
    expect(left).toEqual([['refused', 'FORBIDDEN']]);
    expect(room.state).toBe('left');
    expect(await rejection(room.joined)).toMatchObject({ code: 'FORBIDDEN', message: 'members only' });
    // It is not the client's room any more: joining begins anew.
    expect(client.join('secret')).not.toBe(room);
  });

  it('is answered by left where the session was kicked meanwhile', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a');
    peer.send({ op: 'left', id: (await peer.next()).id, room: 'a', reason: 'kicked' });
    expect(await rejection(room.joined)).toMatchObject({ code: 'NOT_JOINED' });
    expect(room.state).toBe('left');
  });

  it('that times out leaves, to be sure', async () => {
    const s = await scene();
    const { client, peer } = await s.online({ timeouts: { answer: 1_000 } });
    const room = client.join('a');
    await peer.next();
    s.clock.advance(1_000);
    expect(await rejection(room.joined)).toMatchObject({ code: 'TIMEOUT' });
    await peer.next({ op: 'leave', room: 'a' });
  });

  it('again returns the same room and asks nothing', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    expect(client.join('a')).toBe(room);
    await peer.settled();
    expect(peer.frames.size).toBe(0);
  });

  it('keeps the order of joins and messages from before the connection', async () => {
    const s = await scene();
    const client = s.client();
    const a = client.join('a');
    void a.send('one').catch(() => {});
    client.join('b');
    const peer = await s.server.peer();
    await peer.welcome();
    await peer.next({ op: 'join', room: 'a' });
    await peer.next({ event: 'one' });
    await peer.next({ op: 'join', room: 'b' });
  });
});

describe('leaving', () => {
  it('is done when the server says so; messages come until then', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const told: unknown[] = [];
    room.on('say', (data) => told.push(data));
    room.onLeft((reason) => told.push(reason));
    const leaving = room.leave();
    expect(room.leave()).toBe(leaving);
    const { id } = await peer.next({ op: 'leave', room: 'a' });
    peer.send(
      { event: 'say', room: 'a', data: 'last', offset: 1, ts: 1 },
      { op: 'left', room: 'a', reason: 'left', id },
      { event: 'say', room: 'a', data: 'too late', offset: 2, ts: 1 },
    );
    await leaving;
    await peer.settled();
    expect(told).toEqual(['last', 'left']);
    expect(room.state).toBe('left');
    await room.leave();
    expect(await rejection(room.send('x'))).toMatchObject({ code: 'NOT_JOINED' });
    expect(await rejection(room.history())).toMatchObject({ code: 'NOT_JOINED' });
    expect(await rejection(room.presence())).toMatchObject({ code: 'NOT_JOINED' });
  });

  it('of a room the session is not in succeeds', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const leaving = room.leave();
    peer.send({ op: 'error', id: (await peer.next()).id, code: 'NOT_JOINED', message: '' });
    await leaving;
  });

  it('that is refused is over for this client all the same', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const leaving = rejection(room.leave());
    peer.send({ op: 'error', id: (await peer.next()).id, code: 'RATE_LIMITED', message: '' });
    expect(await leaving).toMatchObject({ code: 'RATE_LIMITED' });
    expect(room.state).toBe('left');
  });

  it.each(['kicked', 'banned', 'closed'] as const)('by the server is told: %s', async (reason) => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const left: unknown[] = [];
    room.onLeft((...args) => left.push(args));
    peer.send({ op: 'left', room: 'a', reason });
    await peer.settled();
    expect(left).toEqual([[reason, undefined]]);
    expect(room.state).toBe('left');
    // The first joining was done.
    await room.joined;
  });

  it('and joining at once gives a room of its own; the frames between belong to the old one', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const old = await joined(client, peer, 'a', 3);
    const heard: string[] = [];
    old.on('say', () => heard.push('old'));
    const leaving = old.leave();
    const fresh = client.join('a');
    expect(fresh).not.toBe(old);
    expect(client.join('a')).toBe(fresh);
    fresh.on('say', () => heard.push('fresh'));
    const leave = await peer.next({ op: 'leave' });
    const join = await peer.next({ op: 'join', room: 'a' });
    peer.send(
      { event: 'say', room: 'a', data: 1, offset: 4, ts: 1 },
      { op: 'left', id: leave.id, room: 'a', reason: 'left' },
      { op: 'joined', id: join.id, room: 'a', epoch: 'e', offset: 4 },
      { event: 'say', room: 'a', data: 1, offset: 5, ts: 1 },
    );
    await leaving;
    await fresh.joined;
    await peer.settled();
    expect(heard).toEqual(['old', 'fresh']);
    expect([old.state, fresh.state]).toEqual(['left', 'joined']);
  });

  it('while away happens at the return; the room is named until its left', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 3);
    peer.cut();
    await s.waiting();
    const leaving = room.leave();
    client.connect();
    const again = await s.server.peer();
    const connect = await again.welcome({ resumed: true, rooms: { a: { epoch: 'e', offset: 3, recovered: true } } });
    expect(connect['rooms']).toEqual({ a: { epoch: 'e', offset: 3 } });
    again.send({ op: 'left', id: (await again.next({ op: 'leave' })).id, room: 'a', reason: 'left' });
    await leaving;
  });

  it('that was written is done with the session', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 3);
    const leaving = room.leave();
    await peer.next({ op: 'leave' });
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    await leaving;
    await again.settled();
    expect(again.frames.size).toBe(0);
  });
});

describe('rooms across a reconnect', () => {
  it('a lost answer to join: the room counts as joined, and its old joined moves nothing back', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a');
    const heard: unknown[] = [];
    room.on('say', (data) => heard.push(data));
    await peer.next({ op: 'join', id: 1 });
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 4, recovered: true } } });
    await again.next({ op: 'join', id: 1 });
    expect(room.state).toBe('joined');
    again.send(
      { event: 'say', room: 'a', data: 'five', offset: 5, ts: 1 },
      { event: 'say', room: 'a', data: 'six', offset: 6, ts: 1 },
      { op: 'joined', id: 1, room: 'a', epoch: 'e', offset: 4, data: 'first answer' },
      { event: 'say', room: 'a', data: 'six', offset: 6, ts: 1 },
      { event: 'say', room: 'a', data: 'seven', offset: 7, ts: 1 },
    );
    expect(await room.joined).toMatchObject({ data: 'first answer' });
    await again.settled();
    expect(heard).toEqual(['five', 'six', 'seven']);
    expect(room.position).toEqual({ epoch: 'e', offset: 7 });
  });

  it('left after welcome, with its reason', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const [a, b] = [await joined(client, peer, 'a'), await joined(client, peer, 'b')];
    const reasons: string[] = [];
    a.onLeft((reason) => reasons.push(reason));
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 2, rooms: { b: { epoch: 'e', offset: 0, recovered: true } } });
    again.send({ op: 'left', room: 'a', reason: 'banned' });
    await again.settled();
    expect(reasons).toEqual(['banned']);
    expect([a.state, b.state]).toEqual(['left', 'joined']);
    again.cut();
    const third = await back(s);
    expect((await third.next())['rooms']).toEqual({ b: { epoch: 'e', offset: 0 } });
  });

  it('with resumed:false are joined anew from their positions, and say so', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 5);
    const told: unknown[] = [];
    room.onJoined(({ data }) => told.push(data));
    room.onRecovery((recovery) => told.push(recovery));
    room.onGap((position) => told.push(position));
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    expect(await s.status('online')).toMatchObject({ resumed: false, rooms: {} });
    expect(room.state).toBe('joining');
    const { id } = await again.next({ op: 'join', room: 'a', since: { epoch: 'e', offset: 5 } });
    again.send({ op: 'joined', id, room: 'a', epoch: 'new', offset: 0, recovered: false, data: 'anew' });
    expect(await s.status('online')).toMatchObject({ resumed: false, rooms: { a: false } });
    expect(told).toEqual(['anew', { epoch: 'new', offset: 0 }, { recovered: false, caughtUp: 0 }]);
    expect(room.position).toEqual({ epoch: 'new', offset: 0 });
  });

  it('are joined anew in their order', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    for (const name of ['a', 'b', 'c']) await joined(client, peer, name);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    for (const room of ['a', 'b', 'c']) await again.next({ op: 'join', room });
  });

  it('a first joining that could not go on from since, its answer lost, is a gap all the same', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a', { since: { epoch: 'old', offset: 2 } });
    const gaps: unknown[] = [];
    room.onGap((position) => gaps.push(position));
    await peer.next({ op: 'join' });
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 4, recovered: true } } });
    await again.next({ op: 'join', id: 1 });
    again.send({ op: 'joined', id: 1, room: 'a', epoch: 'e', offset: 4, recovered: false });
    expect(await room.joined).toMatchObject({ recovered: false });
    expect(gaps).toEqual([{ epoch: 'e', offset: 4 }]);
    expect(await s.status('online')).toMatchObject({ rooms: { a: true } });
    expect(await s.status('online')).toMatchObject({ rooms: { a: false } });
  });

  it('an id-less left of the lost session does not undo the joining anew', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 5);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    again.send({ op: 'left', room: 'a', reason: 'closed' });
    const { id } = await again.next({ op: 'join' });
    again.send({ op: 'joined', id, room: 'a', epoch: 'e', offset: 5, recovered: true });
    await again.settled();
    expect(room.state).toBe('joined');
  });

  it('a refused joining anew ends the room with the error', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 5);
    const left: unknown[] = [];
    room.onLeft((reason, error) => left.push([reason, error?.code]));
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    again.send({ op: 'error', id: (await again.next({ op: 'join' })).id, code: 'RATE_LIMITED', message: '' });
    await again.settled();
    expect(left).toEqual([['refused', 'RATE_LIMITED']]);
  });

  it('a cut before the joining anew was answered: the next session is asked again, and is not told a position', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 5);
    peer.cut();
    const second = await back(s);
    await second.welcome({ resumed: false });
    await second.next({ op: 'join' });
    second.cut();
    const third = await back(s);
    const connect = await third.welcome({ resumed: true, lastId: 2 });
    expect(connect['rooms']).toEqual({});
    await third.next({ op: 'join', since: { epoch: 'e', offset: 5 } });
    expect(room.state).toBe('joining');
  });

  it('a room of the session that nobody here is in is left', async () => {
    const s = await scene();
    const { peer } = await s.online();
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, rooms: { stray: { epoch: 'e', offset: 0, recovered: true } } });
    again.send({ event: 'x', room: 'stray', data: 1, offset: 1, ts: 1 });
    await again.next({ op: 'leave', room: 'stray' });
  });
});
