import { describe, expect, it } from '@jest/globals';

import { back, scene } from './support/harness.js';

describe('direct messages', () => {
  it('are told once each, in order, also where they are sent again', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const told: unknown[] = [];
    client.on('note', (data) => told.push(data));
    peer.send({ event: 'note', data: 'a', seq: 1 }, { event: 'note', data: 'b', seq: 2 });
    await peer.settled();
    peer.cut();
    const again = await back(s);
    const connect = await again.welcome({ resumed: true, direct: { seq: 2, recovered: true } });
    expect(connect['seq']).toBe(2);
    again.send({ event: 'note', data: 'b', seq: 2 }, { event: 'note', data: 'c', seq: 3 });
    await again.settled();
    expect(told).toEqual(['a', 'b', 'c']);
  });

  it('are acknowledged at least every 64, and when the server pings', async () => {
    const s = await scene();
    const { peer } = await s.online();
    peer.send({ op: 'ping' });
    expect(await peer.next()).toEqual({ op: 'pong' });
    for (let seq = 1; seq <= 64; seq++) peer.send({ event: 'x', data: seq, seq });
    await peer.settled();
    expect(peer.frames.all.at(-1)).toEqual({ op: 'pong', seq: 64 });
    peer.frames.skip();
    peer.send({ event: 'x', data: 65, seq: 65 });
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    peer.send({ op: 'ping' });
    expect(await peer.next()).toEqual({ op: 'pong', seq: 65 });
  });

  it('the number moves before the listeners run', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    client.on('x', () => client.drop());
    peer.send({ event: 'x', data: 1, seq: 1 });
    await peer.closed;
    client.connect();
    await (await s.server.peer()).next({ op: 'connect', seq: 1 });
  });

  it('that were lost are told with the status, and numbering goes on from the server’s', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const told: unknown[] = [];
    client.on('x', (data) => told.push(data));
    peer.send({ event: 'x', data: 1, seq: 1 });
    await peer.settled();
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: true, direct: { seq: 400, recovered: false } });
    expect(await s.status('online')).toMatchObject({ direct: false });
    again.cut();
    const third = await back(s);
    expect(await third.welcome({ resumed: true, direct: { seq: 400, recovered: true } })).toMatchObject({ seq: 400 });
    third.send({ event: 'x', data: 401, seq: 401 });
    await third.settled();
    expect(told).toEqual([1, 401]);
  });

  it('count from the start in a new session', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const told: unknown[] = [];
    client.on('x', (data) => told.push(data));
    peer.send({ event: 'x', data: 'old', seq: 9 });
    await peer.settled();
    peer.cut();
    const again = await back(s);
    await again.welcome({ resumed: false });
    again.send({ event: 'x', data: 'new', seq: 1 });
    await again.settled();
    expect(told).toEqual(['old', 'new']);
  });

  it('what an ordinary gateway sends has no number, and is told each time', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const told: unknown[] = [];
    const remove = client.on('tick', (data) => told.push(data));
    peer.send({ event: 'tick', data: 1 }, { event: 'tick', data: 1 });
    await peer.settled();
    remove();
    peer.send({ event: 'tick', data: 1 });
    await peer.settled();
    expect(told).toEqual([1, 1]);
  });
});
