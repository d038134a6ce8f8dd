import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionStorageLike } from 'nestjs-roost/client';

import { back, joined, rejection, scene } from './support/harness.js';

/** The window's events, which Node does not have. */
let page: EventTarget;

const globals = globalThis as unknown as Record<string, unknown>;

beforeEach(() => {
  page = new EventTarget();
  globals['addEventListener'] = page.addEventListener.bind(page);
  globals['removeEventListener'] = page.removeEventListener.bind(page);
});

afterEach(() => {
  delete globals['addEventListener'];
  delete globals['removeEventListener'];
});

const happens = (event: string) => page.dispatchEvent(new Event(event));

class Storage implements SessionStorageLike {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}

describe('a page that wakes', () => {
  it.each(['online', 'offline', 'pageshow', 'visibilitychange'])(
    '%s: makes sure of the connection at once, with a short timeout',
    async (event) => {
      const s = await scene();
      const { peer } = await s.online();
      happens(event);
      await peer.next({ op: 'ping' });
      s.clock.advance(4_999);
      expect(s.statuses.size).toBe(0);
      s.clock.advance(1);
      await s.status('away');
      expect(await peer.closed).toBe(4501);
    },
  );

  it('an answer keeps the connection', async () => {
    const s = await scene();
    const { peer } = await s.online();
    happens('online');
    await peer.next({ op: 'ping' });
    peer.send({ op: 'pong' });
    await peer.settled();
    s.clock.advance(20_000);
    expect(s.statuses.size).toBe(0);
  });

  it.each(['online', 'pageshow', 'visibilitychange'])('%s: comes back at once from the back-off', async (event) => {
    const s = await scene();
    const { peer } = await s.online();
    peer.cut();
    await s.waiting();
    happens(event);
    await (await s.server.peer()).next({ op: 'connect', session: 'secret' });
  });

  it('offline is no reason to try', async () => {
    const s = await scene();
    const { peer } = await s.online();
    peer.cut();
    await s.waiting();
    happens('offline');
    await s.waiting();
    expect(s.server.unseen).toBe(0);
  });

  it('waits on where the server said when to return, where the client was dropped, and where it is closed', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    peer.send({ op: 'reconnect', after: 9_000 });
    peer.close(1012);
    const hinted = await s.waiting();
    happens('online');
    expect(client.status).toMatchObject({ state: 'away', retryAt: hinted });
    client.drop();
    happens('online');
    expect(client.status).toMatchObject({ state: 'away', retryAt: undefined, attempt: 0 });
    await client.close();
    happens('online');
    expect(client.status.state).toBe('closed');
    expect(s.server.unseen).toBe(0);
  });

  it('a client that was dropped waits for connect()', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    client.drop();
    happens('online');
    happens('pageshow');
    expect(client.status).toMatchObject({ state: 'away', attempt: 0 });
    await peer.closed;
    expect(s.statuses.all).toHaveLength(2);
  });

  it('does not disturb an attempt that is running', async () => {
    const s = await scene();
    const client = s.client();
    happens('online');
    const peer = await s.server.peer();
    await peer.welcome();
    await s.status('online');
    expect(s.server.unseen).toBe(0);
    await client.close();
  });

  it('a closed client no longer listens, a reopened one does', async () => {
    const s = await scene();
    let listeners = 0;
    globals['addEventListener'] = () => listeners++;
    globals['removeEventListener'] = () => listeners--;
    const { client } = await s.online();
    expect(listeners).toBe(5);
    await client.close();
    expect(listeners).toBe(0);
    client.connect();
    expect(listeners).toBe(5);
  });
});

describe('a page that is reloaded', () => {
  it('takes the session out on load, and writes it back on pagehide, with its positions', async () => {
    const s = await scene();
    const storage = new Storage();
    const { client, peer } = await s.online({ storage });
    await joined(client, peer, 'a', 4);
    peer.send({ event: 'x', data: 1, seq: 2 });
    await peer.settled();
    expect(storage.items.size).toBe(0);
    happens('pagehide');
    expect([...storage.items.keys()]).toEqual([`roost:${s.server.url}`]);
    peer.cut();
    client.drop();

    const reloaded = s.client({ storage });
    expect(storage.items.size).toBe(0);
    const room = reloaded.join('a');
    const heard: unknown[] = [];
    room.on('say', (data) => heard.push(data));
    const again = await s.server.peer();
    const connect = await again.welcome({
      resumed: true,
      lastId: 1,
      rooms: { a: { epoch: 'e', offset: 4, recovered: true } },
    });
    expect(connect).toEqual({ op: 'connect', session: 'secret', seq: 2, rooms: { a: { epoch: 'e', offset: 4 } } });
    again.send({ event: 'say', room: 'a', data: 'missed', offset: 5, ts: 1 });
    const { id } = await again.next({ op: 'join', room: 'a' });
    expect(id).toBeGreaterThan(1);
    again.send({ op: 'joined', id, room: 'a', epoch: 'e', offset: 5, data: 'hello again' });
    expect(await room.joined).toMatchObject({ data: 'hello again', recovered: true });
    expect(heard).toEqual(['missed']);
  });

  it('goes on from the position the new page has loaded, not from the old page’s', async () => {
    const s = await scene();
    const storage = new Storage();
    const saved = { token: 'stored', seq: 0, rooms: { a: { epoch: 'e', offset: 4 } } };
    storage.setItem(`roost:${s.server.url}`, JSON.stringify(saved));
    const client = s.client({ storage });
    const room = client.join('a', { since: { epoch: 'e', offset: 6 } });
    const heard: unknown[] = [];
    room.on('say', (_, { offset }) => heard.push(offset));
    const peer = await s.server.peer();
    const connect = await peer.welcome({ resumed: true, rooms: { a: { epoch: 'e', offset: 6, recovered: true } } });
    expect(connect['rooms']).toEqual({ a: { epoch: 'e', offset: 6 } });
    peer.send({ event: 'say', room: 'a', data: 1, offset: 7, ts: 1 });
    await peer.settled();
    expect(heard).toEqual([7]);
  });

  it('leaves rooms that the new page does not join', async () => {
    const s = await scene();
    const storage = new Storage();
    const saved = { token: 'stored', seq: 0, rooms: { old: { epoch: 'e', offset: 4 } } };
    storage.setItem(`roost:${s.server.url}`, JSON.stringify(saved));
    s.client({ storage });
    const peer = await s.server.peer();
    await peer.welcome({ resumed: true, rooms: { old: { epoch: 'e', offset: 4, recovered: true } } });
    await peer.next({ op: 'leave', room: 'old' });
  });

  it('a session that is no more begins anew, and its rooms are not asked for again', async () => {
    const s = await scene();
    const storage = new Storage();
    const saved = { token: 'stored', seq: 7, rooms: { old: { epoch: 'e', offset: 4 } } };
    storage.setItem(`roost:${s.server.url}`, JSON.stringify(saved));
    const client = s.client({ storage });
    client.join('new');
    const peer = await s.server.peer();
    await peer.welcome({ resumed: false });
    await peer.next({ op: 'join', room: 'new' });
    peer.cut();
    const again = await back(s);
    expect(await again.next()).toEqual({ op: 'connect', session: 'secret', seq: 0, rooms: {} });
  });

  it('a page that was only put away takes its session back when it is shown again', async () => {
    const s = await scene();
    const storage = new Storage();
    await s.online({ storage });
    happens('pagehide');
    expect(storage.items.size).toBe(1);
    happens('pageshow');
    expect(storage.items.size).toBe(0);
  });

  it('a client that was never online leaves nothing behind', async () => {
    const s = await scene();
    const storage = new Storage();
    s.client({ storage });
    happens('pagehide');
    expect(storage.items.size).toBe(0);
  });

  it('a page that has less than the one before had been told is told a gap, and nothing is skipped in silence', async () => {
    const s = await scene();
    const storage = new Storage();
    const saved = { token: 'stored', seq: 0, rooms: { a: { epoch: 'e', offset: 8 } } };
    storage.setItem(`roost:${s.server.url}`, JSON.stringify(saved));
    const client = s.client({ storage });
    const peer = await s.server.peer();
    // Joined too late for the connect frame.
    expect(await peer.next({ op: 'connect' })).toMatchObject({ rooms: { a: { epoch: 'e', offset: 8 } } });
    const [behind, ahead] = [
      client.join('a', { since: { epoch: 'e', offset: 6 } }),
      client.join('b', { since: { epoch: 'e', offset: 6 } }),
    ];
    const told: unknown[] = [];
    for (const room of [behind, ahead]) {
      room.onGap(({ offset }) => told.push(`gap in ${room.name} up to ${offset}`));
      room.on('say', (_, { offset }) => told.push(`${room.name} ${offset}`));
    }
    const rooms = { a: { epoch: 'e', offset: 8, recovered: true }, b: { epoch: 'e', offset: 5, recovered: true } };
    peer.welcomed({ resumed: true, rooms });
    for (const room of ['a', 'b']) {
      for (const offset of [6, 7, 8, 9]) peer.send({ event: 'say', room, data: 1, offset, ts: 1 });
    }
    await peer.settled();
    expect(told).toEqual(['gap in a up to 8', 'a 9', 'b 7', 'b 8', 'b 9']);
    expect(client.status).toMatchObject({ rooms: { a: false, b: true } });
  });

  it('a closed client leaves nothing behind', async () => {
    const s = await scene();
    const storage = new Storage();
    const { client } = await s.online({ storage });
    await client.close();
    happens('pagehide');
    expect(storage.items.size).toBe(0);
  });

  it('a storage that throws, or holds something else, costs the session only', async () => {
    const s = await scene();
    const broken = () => {
      throw new Error('forbidden');
    };
    await s.online({ storage: { getItem: broken, setItem: broken, removeItem: broken } });
    happens('pagehide');
    const storage = new Storage();
    storage.setItem(`roost:${s.server.url}`, 'not ours');
    await s.online({ storage });
    expect(s.errors).toEqual([]);
  });

  it('two tabs that come to the same token: the fenced one opens a session of its own', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const sent = rejection(client.send('x'));
    await peer.next();
    peer.close(4409);
    expect(await s.status('closed')).toMatchObject({ why: 'taken-over' });
    expect(await sent).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    client.connect();
    expect(await (await s.server.peer()).next()).toEqual({ op: 'connect' });
  });
});
