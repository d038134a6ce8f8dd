import { describe, expect, it } from '@jest/globals';
import type { ClientRoom } from 'nestjs-roost/client';
import { from, lastValueFrom, toArray } from 'rxjs';

import { soon } from './support/fake-server.js';
import { joined, scene } from './support/harness.js';

/** All values until the stream ends, as RxJS and as `for await` see it. */
async function heard(room: ClientRoom): Promise<unknown[][]> {
  const looped = async (): Promise<unknown[]> => {
    const values: unknown[] = [];
    for await (const value of room.on$('tick')) values.push(value);
    return values;
  };
  const streamed = lastValueFrom(from(room.on$('tick')).pipe(toArray()));
  return soon(Promise.all([streamed, looped()]), 'the end of both streams');
}

const tick = (data: number) => ({ event: 'tick', room: 'a', data, ts: 1 });

describe('a stream of an event', () => {
  it('gives what comes until the room is left', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const hearing = heard(room);
    peer.send(tick(1), tick(2), { op: 'left', room: 'a', reason: 'kicked' }, tick(3));
    expect(await hearing).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('ends when the server says that it is over, and only the one of this event', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const hearing = heard(room);
    peer.send(
      { op: 'complete', room: 'a', event: 'tock' },
      tick(1),
      { op: 'complete', room: 'a', event: 'tick' },
      tick(2),
    );
    expect(await hearing).toEqual([[1], [1]]);
  });

  it('tells an observer its end once, and nothing after it', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const told: unknown[] = [];
    room.on$('tick').subscribe({ next: (value) => told.push(value), complete: () => told.push('over') });
    room.on$('tick').subscribe({});
    const over = { op: 'complete', room: 'a', event: 'tick' };
    peer.send(tick(1), over, tick(2), over, { op: 'left', room: 'a', reason: 'kicked' });
    await peer.settled();
    expect(told).toEqual([1, 'over']);
  });

  it('ends at once in a room that was left, was refused or was closed with its client', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const kicked = await joined(client, peer, 'a');
    peer.send({ op: 'left', room: 'a', reason: 'kicked' });
    const refused = client.join('b');
    peer.send({ op: 'error', id: (await peer.next()).id, code: 'FORBIDDEN', message: 'members only' });
    await peer.settled();
    const closed = await joined(client, peer, 'c');
    await client.close();
    for (const room of [kicked, refused, closed, client.join('d')]) {
      expect(room.state).toBe('left');
      expect(await heard(room)).toEqual([[], []]);
    }
  });

  it('ends at once where it begins while others are told that the room is left', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = await joined(client, peer, 'a');
    const hearing = new Promise<unknown[][]>((resolve) => room.onLeft(() => resolve(heard(room))));
    peer.send({ op: 'left', room: 'a', reason: 'kicked' });
    expect(await soon(hearing, 'leaving')).toEqual([[], []]);
  });
});
