import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore, type MemoryStoreOptions } from 'nestjs-roost';
import { ManualClock } from 'nestjs-roost/testing';
import { collectedHeap } from '../support/heap.js';

const KEEP = { size: 500, bytes: 4 * 1024 * 1024, ttl: 600_000 };
const MINUTE = 60_000;
const nobody = { entry: () => {}, ephemeral: () => {}, cut: () => {} };

describe('what MemoryStore keeps', () => {
  const clock = new ManualClock();
  let store: MemoryStore;

  function open(options: MemoryStoreOptions = {}): void {
    store = new MemoryStore({ date: () => clock.date(), ...options });
  }
  const draft = (data: unknown) => ({ event: 'say', data: JSON.stringify(data), ts: clock.date() });
  const read = async (room: string) =>
    (await store.read(room, { since: 0, limit: 10_000, bytes: 1e9 })).entries.map(({ offset }) => offset);

  afterEach(() => store.close());

  it('is bounded over all rooms: the oldest entry goes first, whosever it is', async () => {
    open({ bytes: 100_000 });
    const big = 'x'.repeat(19_000);
    await store.append('quiet', draft(big), KEEP);
    for (let i = 0; i < 3; i++) await store.append('busy', draft(big), KEEP);
    expect([await read('quiet'), await read('busy')]).toEqual([[1], [1, 2, 3]]);
    await store.append('busy', draft(big), KEEP);
    await store.append('busy', draft(big), KEEP);
    expect([await read('quiet'), await read('busy')]).toEqual([[], [1, 2, 3, 4, 5]]);
    await store.append('other', draft(big), KEEP);
    expect([await read('busy'), await read('other')]).toEqual([[2, 3, 4, 5], [1]]);
    expect(store.bytes).toBeLessThanOrEqual(100_000);
  });

  it('is bounded in bans over all rooms: those that have ended go first, then the oldest', async () => {
    open({ bans: 3 });
    const until = clock.date() + MINUTE;
    const ban = (id: string, given = {}) => ({ user: { id }, since: clock.date(), ...given });
    const users = async (room: string) => (await store.bans.list(room)).map(({ user }) => user.id);
    await store.bans.add('a', ban('old'));
    await store.bans.add('b', ban('short', { until }));
    await store.bans.add('b', ban('long'));
    clock.advance(MINUTE);
    await store.bans.add('a', ban('fourth'));
    expect([store.bans.size, await users('a'), await users('b')]).toEqual([3, ['old', 'fourth'], ['long']]);
    await store.bans.add('c', ban('fifth'));
    expect([store.bans.size, await users('a'), await users('c')]).toEqual([3, ['fourth'], ['fifth']]);
    for (let n = 0; n < 10; n++) await store.bans.add('c', ban('fifth'));
    expect([store.bans.size, await users('a'), await users('b')]).toEqual([3, ['fourth'], ['long']]);
  });

  it('takes an entry that is larger than all it may keep, and does not keep it', async () => {
    open({ bytes: 1_000 });
    const heard: number[] = [];
    const subscription = await store.subscribe('a', KEEP, { ...nobody, entry: ({ offset }) => heard.push(offset) });
    expect(await store.append('a', draft('x'.repeat(5_000)), KEEP)).toMatchObject({ offset: 1 });
    expect(await store.append('a', draft(1), KEEP)).toMatchObject({ offset: 2 });
    expect([heard, await read('a')]).toEqual([[1, 2], [2]]);
    subscription.close();
  });

  it('counts a retracted message as small as it has become', async () => {
    open();
    await store.append('a', draft('x'.repeat(10_000)), KEEP);
    await store.retract('a', 1, clock.date(), KEEP);
    expect(store.bytes).toBeLessThan(1_000);
  });

  it('is nothing for a room without messages and listeners', async () => {
    open();
    const subscriptions = [];
    for (let i = 0; i < 10_000; i++) subscriptions.push(await store.subscribe(`room/${i}`, KEEP, nobody));
    expect(store.size).toBe(10_000);
    for (const subscription of subscriptions) subscription.close();
    expect([store.size, store.bytes]).toEqual([0, 0]);
  });

  it('is nothing for rooms whose messages have become too old', async () => {
    open();
    for (let i = 0; i < 10_000; i++) await store.append(`room/${i}`, draft(i), KEEP);
    clock.advance(11 * MINUTE);
    const deadline = performance.now() + 5_000;
    while (store.size > 0 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect([store.size, store.bytes]).toEqual([0, 0]);
  });

  it('is bounded for rooms that were only asked about', async () => {
    open();
    for (let i = 0; i < 12_000; i++) await store.span(`room/${i}`);
    expect(store.size).toBeLessThanOrEqual(10_000);
    const last = await store.span('room/11999');
    expect((await store.span('room/11999')).epoch).toBe(last.epoch);
  });

  it('goes with it', async () => {
    open();
    const subscription = await store.subscribe('a', KEEP, nobody);
    await store.append('a', draft(1), KEEP);
    await store.close();
    subscription.close();
    expect([store.size, store.bytes]).toEqual([0, 0]);
    await expect(store.close()).resolves.toBeUndefined();
  });

  it('is as much after 100,000 messages as after 10,000', async () => {
    open();
    const few = { ...KEEP, size: 20 };
    const subscription = await store.subscribe('live', few, nobody);
    const publish = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await store.append(i % 2 === 0 ? 'live' : `room/${i % 200}`, draft(`message ${i}`), few);
      }
    };
    await publish(10_000);
    const [heap, bytes, size] = [collectedHeap(), store.bytes, store.size];
    await publish(100_000);
    expect(store.size).toBe(size);
    expect(Math.abs(store.bytes - bytes)).toBeLessThan(bytes / 10);
    expect(collectedHeap() - heap).toBeLessThan(2 * 1024 * 1024);
    subscription.close();
  });

  it.each([0, -1, Number.NaN])('cannot be bounded by %p bytes', (bytes) => {
    open();
    expect(() => new MemoryStore({ bytes })).toThrow('`bytes`');
  });
});
