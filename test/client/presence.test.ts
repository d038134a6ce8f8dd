import { describe, expect, it } from '@jest/globals';

import { back, joined, scene } from './support/harness.js';
import type { Scene } from './support/harness.js';

const ada = { id: 'A', user: { id: '1', name: 'Ada' } };
const bob = { id: 'B' };
const cleo = { id: 'C' };

async function inRoom(s: Scene) {
  const { client, peer } = await s.online();
  const room = await joined(client, peer, 'a');
  const told: unknown[] = [];
  room.onPresence((state) => told.push(state));
  const tell = async (...states: object[]) => {
    for (const state of states) peer.send({ op: 'presence', room: 'a', ...state });
    await peer.settled();
  };
  return { client, peer, room, told, tell };
}

describe('presence', () => {
  it('is unknown until the first state comes', async () => {
    const s = await scene();
    const { room, tell, told } = await inRoom(s);
    expect([room.members, room.count]).toEqual([undefined, undefined]);
    await tell({ rev: 4, count: 2, members: [ada, bob] });
    expect([room.members, room.count]).toEqual([[ada, bob], 2]);
    expect(told).toEqual([{ rev: 4, count: 2, members: [ada, bob] }]);
  });

  it('comes with joined where the server sends it there', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('a');
    const presence = { rev: 4, count: 1, members: [ada] };
    peer.send({ op: 'joined', id: (await peer.next()).id, room: 'a', epoch: 'e', offset: 0, presence });
    await room.joined;
    expect(room.members).toEqual([ada]);
  });

  it('changes are set operations', async () => {
    const s = await scene();
    const { room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] });
    await tell({ rev: 2, count: 2, joined: [ada, bob] });
    expect(room.members).toEqual([ada, bob]);
    await tell({ rev: 3, count: 2, joined: [cleo], left: ['A', 'nobody'] });
    expect(room.members).toEqual([bob, cleo]);
    await tell({ rev: 4, count: 2, joined: [bob], left: ['B'] });
    expect(room.members).toEqual([cleo, bob]);
    expect(room.count).toBe(2);
  });

  it('a change that is old or known is dropped', async () => {
    const s = await scene();
    const { peer, room, tell, told } = await inRoom(s);
    await tell(
      { rev: 5, count: 1, members: [ada] },
      { rev: 5, count: 2, joined: [bob] },
      { rev: 4, count: 0, left: ['A'] },
    );
    expect(room.members).toEqual([ada]);
    expect(told).toHaveLength(1);
    expect(peer.frames.size).toBe(0);
  });

  it('a hole in rev is asked for, once, and nothing wrong is shown meanwhile', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] });
    await tell({ rev: 3, count: 2, joined: [cleo] }, { rev: 4, count: 3, joined: [bob] });
    expect(room.members).toEqual([ada]);
    const { id } = await peer.next({ op: 'presence', room: 'a' });
    expect(peer.frames.size).toBe(0);
    peer.send({ op: 'ack', id, data: { rev: 4, count: 3, members: [ada, bob, cleo] } });
    await peer.settled();
    expect(room.members).toEqual([ada, bob, cleo]);
    await tell({ rev: 5, count: 2, left: ['A'] });
    expect(room.members).toEqual([bob, cleo]);
  });

  it('a change before the state is dropped where the state holds it', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 5, count: 2, joined: [bob] });
    expect(room.members).toBeUndefined();
    await tell({ rev: 5, count: 2, members: [ada, bob] });
    expect(room.members).toEqual([ada, bob]);
    expect(peer.frames.size).toBe(0);
  });

  it('a change before a state that does not hold it leads to a question', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 6, count: 2, joined: [bob] }, { rev: 5, count: 1, members: [ada] });
    peer.send({
      op: 'ack',
      id: (await peer.next({ op: 'presence' })).id,
      data: { rev: 6, count: 2, members: [ada, bob] },
    });
    await peer.settled();
    expect(room.members).toEqual([ada, bob]);
  });

  it('an answer that was overtaken by a change does not undo it', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] });
    const asked = room.presence();
    const { id } = await peer.next({ op: 'presence' });
    await tell({ rev: 2, count: 2, joined: [bob] });
    peer.send({ op: 'ack', id, data: { rev: 1, count: 1, members: [ada] } });
    expect(await asked).toEqual({ rev: 1, count: 1, members: [ada] });
    expect(room.members).toEqual([ada, bob]);
  });

  it('a server that stays behind its own changes is not asked for ever', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] }, { rev: 9, count: 2, joined: [bob] });
    const { id } = await peer.next({ op: 'presence' });
    peer.send({ op: 'ack', id, data: { rev: 4, count: 1, members: [ada] } });
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    expect(room.members).toEqual([ada]);
    await tell({ rev: 10, count: 3, joined: [cleo] });
    await peer.next({ op: 'presence' });
  });

  it('asks again after an answer that failed, with the next change', async () => {
    const s = await scene();
    const { peer, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] }, { rev: 3, count: 2, joined: [bob] });
    peer.send({ op: 'error', id: (await peer.next({ op: 'presence' })).id, code: 'RATE_LIMITED', message: '' });
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    await tell({ rev: 4, count: 1, left: ['B'] });
    await peer.next({ op: 'presence' });
  });

  it('a room that only counts tells the count, and holes do not matter', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 300 });
    expect([room.members, room.count]).toEqual([undefined, 300]);
    await tell({ rev: 7, count: 302 }, { rev: 6, count: 301 });
    expect(room.count).toBe(302);
    expect(peer.frames.size).toBe(0);
  });

  it('a room that grows too large for a list has a count only, and a list again when it shrinks', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] }, { rev: 2, count: 201 });
    expect([room.members, room.count]).toEqual([undefined, 201]);
    await tell({ rev: 3, count: 2, left: ['x'] });
    peer.send({
      op: 'ack',
      id: (await peer.next({ op: 'presence' })).id,
      data: { rev: 3, count: 2, members: [ada, bob] },
    });
    await peer.settled();
    expect(room.members).toEqual([ada, bob]);
  });

  it('a change that moves nobody keeps the list', async () => {
    const s = await scene();
    const { room, tell } = await inRoom(s);
    await tell({ rev: 1, count: 1, members: [ada] }, { rev: 2, count: 1 });
    expect(room.members).toEqual([ada]);
  });

  it('after a reconnect the old state is shown until the new one comes, which may count from below', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 50, count: 1, members: [ada] });
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, lastId: 1, rooms: { a: { epoch: 'e', offset: 0, recovered: true } } });
    await again.settled();
    expect(room.members).toEqual([ada]);
    again.send({ op: 'presence', room: 'a', rev: 3, count: 2, members: [bob, cleo] });
    again.send({ op: 'presence', room: 'a', rev: 4, count: 1, left: ['B'] });
    await again.settled();
    expect(room.members).toEqual([cleo]);
  });

  it('after a gap it is asked anew', async () => {
    const s = await scene();
    const { peer, room, tell } = await inRoom(s);
    await tell({ rev: 50, count: 1, members: [ada] });
    peer.send({ op: 'gap', room: 'a', epoch: 'new', offset: 0 });
    peer.send({ op: 'ack', id: (await peer.next({ op: 'presence' })).id, data: { rev: 1, count: 1, members: [bob] } });
    await peer.settled();
    expect(room.members).toEqual([bob]);
  });
});
