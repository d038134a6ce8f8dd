import { describe, expect, it } from '@jest/globals';
import type { ClientRoom, RoostClient } from 'nestjs-roost/client';

import type { Peer } from './support/fake-server.js';
import { back, joined, scene } from './support/harness.js';
import type { Scene } from './support/harness.js';

/** A client in the room `a` at offset 10, and what it is told. */
async function inRoom(s: Scene): Promise<{ client: RoostClient; peer: Peer; room: ClientRoom; told: unknown[] }> {
  const { client, peer } = await s.online();
  const room = await joined(client, peer, 'a', 10);
  const told: unknown[] = [];
  room.on('say', (data) => told.push(data));
  room.onRetract((target) => told.push({ retracted: target }));
  room.onGap((position) => told.push({ gap: position }));
  room.onRecovery((recovery) => told.push(recovery));
  return { client, peer, room, told };
}

const say = (offset: number | undefined, data: unknown = offset) => ({ event: 'say', room: 'a', data, offset, ts: 1 });

describe('the log of a room', () => {
  it('tells each message with its offset, sender and time', async () => {
    const s = await scene();
    const { peer, room } = await inRoom(s);
    const seen: unknown[] = [];
    room.on('say', (data, { offset, from, ts }) => seen.push([data, offset, from, ts]));
    peer.send({ event: 'say', room: 'a', data: { text: 'hi' }, offset: 11, from: 'somebody', ts: 1234 });
    await peer.settled();
    expect(seen).toEqual([[{ text: 'hi' }, 11, 'somebody', 1234]]);
  });

  it('moves the position before the listeners run', async () => {
    const s = await scene();
    const { peer, room } = await inRoom(s);
    const positions: unknown[] = [];
    room.on('say', () => positions.push(room.position?.offset));
    peer.send(say(11), say(12));
    await peer.settled();
    expect(positions).toEqual([11, 12]);
  });

  it('a position moved before its listener: a cut inside the listener repeats nothing', async () => {
    const s = await scene();
    const { client, peer, room, told } = await inRoom(s);
    room.on('say', (data) => data === 11 && client.drop());
    peer.send(say(11), say(12));
    await peer.closed;
    expect(told).toEqual([11]);
    client.connect();
    const again = await s.server.peer();
    expect((await again.next())['rooms']).toEqual({ a: { epoch: 'e', offset: 11 } });
  });

  it('drops an entry at or below the position', async () => {
    const s = await scene();
    const { peer, room, told } = await inRoom(s);
    peer.send(say(9), say(10), say(11), say(11), say(10), { op: 'retract', room: 'a', offset: 11, target: 2 });
    await peer.settled();
    expect(told).toEqual([11]);
    expect(room.position).toEqual({ epoch: 'e', offset: 11 });
  });

  it('a hole is repaired from the last certain position, and not told as a message', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.send(say(11), say(13), say(14));
    expect(await peer.closed).toBe(4900);
    expect(told).toEqual([11]);
    const again = await back(s);
    const connect = await again.welcome({
      resumed: true,
      lastId: 1,
      rooms: { a: { epoch: 'e', offset: 11, recovered: true } },
    });
    expect(connect['rooms']).toEqual({ a: { epoch: 'e', offset: 11 } });
    again.send(say(12), say(13));
    await again.settled();
    expect(told).toEqual([11, 12, 13]);
  });

  it('a server that leaves holes again and again is not stormed', async () => {
    const s = await scene();
    const { peer } = await inRoom(s);
    peer.send(say(13));
    const waits: number[] = [];
    for (let n = 0; n < 3; n++) {
      waits.push((await s.waiting()) - s.clock.now());
      const again = await back(s);
      await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 10, recovered: true } } });
      again.send(say(13));
      await again.closed;
    }
    expect(waits).toEqual([250, 500, 1_000]);
  });

  it('a skip moves the position and tells nothing', async () => {
    const s = await scene();
    const { peer, room, told } = await inRoom(s);
    peer.send({ op: 'skip', room: 'a', offset: 11 }, say(12));
    await peer.settled();
    expect(told).toEqual([12]);
    expect(room.position?.offset).toBe(12);
  });

  it('a retraction is an entry of its own, told to its listeners', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.send({ op: 'retract', room: 'a', offset: 11, target: 7 }, say(12));
    await peer.settled();
    expect(told).toEqual([{ retracted: 7 }, 12]);
  });

  it('ephemeral messages are told and never move the position', async () => {
    const s = await scene();
    const { peer, room, told } = await inRoom(s);
    const offsets: unknown[] = [];
    room.on('say', (_, message) => offsets.push('offset' in message));
    peer.send(say(undefined, 'typing'), say(11));
    await peer.settled();
    expect(told).toEqual(['typing', 11]);
    expect(offsets).toEqual([false, true]);
    expect(room.position?.offset).toBe(11);
  });

  it('a gap moves the position to where the log goes on, and is told', async () => {
    const s = await scene();
    const { peer, room, told } = await inRoom(s);
    peer.send({ op: 'gap', room: 'a', epoch: 'new', offset: 3 }, say(4));
    await peer.settled();
    expect(told).toEqual([{ gap: { epoch: 'new', offset: 3 } }, { recovered: false, caughtUp: 0 }, 4]);
    expect(room.position).toEqual({ epoch: 'new', offset: 4 });
  });

  it('frames of rooms it is not in are nobody’s', async () => {
    const s = await scene();
    const { client, peer, told } = await inRoom(s);
    const b = client.join('b');
    b.on('say', (data) => told.push(data));
    peer.send(
      { ...say(1), room: 'b' },
      { ...say(1), room: 'nowhere' },
      { op: 'gap', room: 'b', epoch: 'e', offset: 1 },
    );
    peer.send({ op: 'left', room: 'nowhere', reason: 'kicked' }, { op: 'presence', room: 'b', rev: 1, count: 1 });
    await peer.settled();
    expect(told).toEqual([]);
    expect([b.state, b.position, b.count]).toEqual(['joining', undefined, undefined]);
    expect(client.status.state).toBe('online');
  });

  it('events may have any name, and several listeners; taken away they are told no more', async () => {
    const s = await scene();
    const { peer, room } = await inRoom(s);
    const told: unknown[] = [];
    const remove = room.on('__proto__', () => told.push('first'));
    room.on('__proto__', () => told.push('second'));
    room.on('join', (data) => told.push(data));
    peer.send({ event: '__proto__', room: 'a', data: 1, offset: 11, ts: 1 });
    await peer.settled();
    remove();
    remove();
    peer.send({ event: '__proto__', room: 'a', data: 1, offset: 12, ts: 1 });
    peer.send({ event: 'join', room: 'a', data: 'app', offset: 13, ts: 1 });
    await peer.settled();
    expect(told).toEqual(['first', 'second', 'second', 'app']);
  });

  it('a listener that throws is reported; the others, the position and the client go on', async () => {
    const s = await scene();
    const { client, peer, room } = await inRoom(s);
    const told: unknown[] = [];
    const fault = new Error('a listener’s');
    const broken = () => {
      throw fault;
    };
    room.on('news', broken);
    room.on('news', (data) => told.push(data));
    room.onPresence(broken);
    room.onRetract(broken);
    client.on('direct', broken);
    client.onStatus(broken);
    peer.send(
      { event: 'news', room: 'a', data: 1, offset: 11, ts: 1 },
      { op: 'retract', room: 'a', offset: 12, target: 1 },
      { op: 'presence', room: 'a', rev: 1, count: 1 },
      { event: 'direct', data: 1, seq: 1 },
      { event: 'news', room: 'a', data: 2, offset: 13, ts: 1 },
    );
    await peer.settled();
    expect(told).toEqual([1, 2]);
    expect(s.errors).toEqual([fault, fault, fault, fault, fault]);
    client.drop();
    expect(client.status.state).toBe('away');
  });
});

describe('recovery', () => {
  it('goes on without a word where nothing was missed', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a', 10);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 10, recovered: true } } });
    expect(await s.status('online')).toEqual({ state: 'online', resumed: true, rooms: { a: true }, direct: true });
    await again.settled();
    expect(again.frames.size).toBe(0);
    expect(room.position?.offset).toBe(10);
  });

  it('tells how many messages were caught up, when the top of the log is reached', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 10, recovered: true } } });
    again.send(say(11));
    const { id } = await again.next({ op: 'history', room: 'a', limit: 1 });
    again.send({ op: 'skip', room: 'a', offset: 12 });
    again.send({ op: 'ack', id, data: { epoch: 'e', offset: 13, messages: [], more: true } });
    await again.settled();
    expect(told).toEqual([11]);
    again.send(say(undefined, 'typing'), say(13), say(14));
    await again.settled();
    expect(told).toEqual([11, 'typing', 13, { recovered: true, caughtUp: 2 }, 14]);
  });

  it('tells it at once where nothing was missed', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 10, recovered: true } } });
    const { id } = await again.next({ op: 'history' });
    again.send({ op: 'ack', id, data: { epoch: 'e', offset: 10, messages: [], more: true } });
    await again.settled();
    expect(told).toEqual([{ recovered: true, caughtUp: 0 }]);
  });

  it('tells what came so far where the history may not be read', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 10, recovered: true } } });
    again.send(say(11));
    again.send({ op: 'error', id: (await again.next()).id, code: 'RATE_LIMITED', message: '' });
    await again.settled();
    expect(told).toEqual([11, { recovered: true, caughtUp: 1 }]);
  });

  it('counts on over a second cut in the middle of a replay, and tells once', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.cut();
    const second = await back(s);
    await second.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 10, recovered: true } } });
    second.send(say(11));
    await second.next({ op: 'history', id: 2 });
    await second.settled();
    second.cut();
    const third = await back(s);
    const connect = await third.welcome({
      resumed: true,
      lastId: 2,
      rooms: { a: { epoch: 'e', offset: 11, recovered: true } },
    });
    expect(connect['rooms']).toEqual({ a: { epoch: 'e', offset: 11 } });
    third.send(say(12), say(13));
    for (const id of [2, 3]) {
      await third.next({ op: 'history', id });
      third.send({ op: 'ack', id, data: { epoch: 'e', offset: 13, messages: [], more: true } });
    }
    await third.settled();
    expect(told).toEqual([11, 12, 13, { recovered: true, caughtUp: 3 }]);
  });

  it('recovered:false is itself the gap, told to both, and the position is the server’s', async () => {
    const s = await scene();
    const { peer, room, told } = await inRoom(s);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'other', offset: 4, recovered: false } } });
    expect(await s.status('online')).toMatchObject({ resumed: true, rooms: { a: false } });
    again.send(say(5));
    await again.settled();
    expect(told).toEqual([{ gap: { epoch: 'other', offset: 4 } }, { recovered: false, caughtUp: 0 }, 5]);
    expect(room.position).toEqual({ epoch: 'other', offset: 5 });
  });

  it('each room by itself: one recovered, one not', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const rooms = [await joined(client, peer, 'a', 1), await joined(client, peer, 'b', 2)];
    const gaps: string[] = [];
    for (const room of rooms) room.onGap(() => gaps.push(room.name));
    peer.cut();
    const again = await back(s);
    await again.welcome({
      resumed: true,
      lastId: 2,
      rooms: { a: { epoch: 'e', offset: 1, recovered: true }, b: { epoch: 'e', offset: 9, recovered: false } },
    });
    expect(await s.status('online')).toMatchObject({ rooms: { a: true, b: false } });
    await again.settled();
    expect(gaps).toEqual(['b']);
  });

  it('a first joining with since that is not recovered is a gap', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a', { since: { epoch: 'old', offset: 1 } });
    const gaps: unknown[] = [];
    room.onGap((position) => gaps.push(position));
    const { id } = await peer.next({ since: { epoch: 'old', offset: 1 } });
    peer.send({ op: 'joined', id, room: 'a', epoch: 'e', offset: 6, recovered: false });
    expect(await room.joined).toMatchObject({ recovered: false });
    expect(gaps).toEqual([{ epoch: 'e', offset: 6 }]);
  });

  it('a joining anew that is recovered tells the caught up messages', async () => {
    const s = await scene();
    const { peer, told } = await inRoom(s);
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    again.send(
      { op: 'joined', id: (await again.next({ op: 'join' })).id, room: 'a', epoch: 'e', offset: 10, recovered: true },
      say(11),
    );
    const { id } = await again.next({ op: 'history' });
    again.send({ op: 'ack', id, data: { epoch: 'e', offset: 11, messages: [], more: true } });
    await again.settled();
    expect(told).toEqual([11, { recovered: true, caughtUp: 1 }]);
    await s.status('online');
    expect(await s.status('online')).toMatchObject({ rooms: { a: true } });
  });
});
