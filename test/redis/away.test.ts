import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { startSentinels } from '../support/redis.js';
import { until } from '../support/until.js';
import { at, Ear, say, sayAtLast, Scene, whisper } from './support.js';

const scene = Scene.use();

describe('hard case 26: Redis', () => {
  it('restarts with its data: everything goes on', async () => {
    const redis = await scene.redis('--appendonly', 'yes', '--appendfsync', 'always');
    const store = scene.store(at(redis));
    const ear = await Ear.at(store, 'a');
    const before = await say(store, 'a', 1);
    await redis.stop('SIGKILL');
    await redis.start();
    const after = await sayAtLast(store, 'a', 2);
    await ear.has(2);
    expect(ear.heard).toEqual([1, 2]);
    expect(after).toEqual({ epoch: before.epoch, offset: 2 });
  });

  it('restarts empty: the room has another epoch, and its members hear of a gap', async () => {
    const redis = await scene.redis();
    const store = scene.store(at(redis));
    const ear = await Ear.at(store, 'a');
    const before = await say(store, 'a', 1);
    await redis.stop('SIGKILL');
    await redis.start();
    await ear.has(2);
    expect(ear.heard).toEqual([1, 'gap']);
    const after = await sayAtLast(store, 'a', 2);
    expect(after.epoch).not.toBe(before.epoch);
    await ear.has(3);
    expect(ear.heard).toEqual([1, 'gap', 2]);
  });

  it('restarts empty: all that is said then is heard behind the gap, also by who came in late to the log of before', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [here, there] = [scene.store(at(proxy)), scene.store(at(redis))];
    for (const n of [1, 2, 3]) await say(there, 'a', n);
    const ear = await Ear.at(here, 'a');
    proxy.shut();
    await redis.stop('SIGKILL');
    await redis.start();
    await sayAtLast(there, 'a', 'first');
    await say(there, 'a', 'second');
    proxy.letIn();
    await ear.has(3);
    expect(ear.position.offset).toBe(0);
    expect(ear.heard).toEqual(['gap', 'first', 'second']);
    await say(there, 'a', 'third');
    await ear.has(4);
    expect(ear.heard.at(-1)).toBe('third');
  });

  it('is out of reach for ten seconds: what cannot be done is UNAVAILABLE in time, and nothing of it is done later', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const store = scene.store({ ...at(proxy), commandTimeout: 1_000 });
    const ear = await Ear.at(store, 'a');
    await say(store, 'a', 1);
    proxy.shut();
    await until(
      () => !store.health.up,
      () => 'the store to see that Redis is away',
    );
    // As many as there would be in ten seconds, one behind the other.
    const asked = performance.now();
    for (let n = 0; n < 5; n++) {
      await expect(say(store, 'a', 'refused')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(store.span('a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(performance.now() - asked).toBeLessThan(10 * 1_500);
    expect(store.health).toMatchObject({ up: false, pending: 0, listening: false });
    proxy.letIn();
    await sayAtLast(store, 'a', 2);
    await ear.has(2);
    expect(ear.heard).toEqual([1, 2]);
    await until(
      () => store.health.up && store.health.listening && store.health.pending === 0,
      () => 'the store to know that Redis is back',
    );
  }, 60_000);

  it('is slow: a command that waits for less than its time is done', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const store = scene.store({ ...at(proxy), commandTimeout: 2_000 });
    proxy.delay(100);
    const ear = await Ear.at(store, 'a');
    await Promise.all([1, 2, 3].map((n) => say(store, 'a', n)));
    await ear.has(3);
    expect(ear.heard).toEqual([1, 2, 3]);
  });

  it('hangs: what cannot be done is UNAVAILABLE in time, that shows, and it comes back by itself', async () => {
    const redis = await scene.redis();
    const store = scene.store({ ...at(redis), commandTimeout: 1_000 });
    const ear = await Ear.at(store, 'a');
    await say(store, 'a', 1);
    redis.pause();
    const asked = performance.now();
    await expect(say(store, 'a', 'nobody knows')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - asked).toBeLessThan(5_000);
    await until(
      () => !store.health.up,
      () => 'the store to see that Redis hangs',
    );
    redis.goOn();
    await sayAtLast(store, 'a', 3);
    await ear.hears(() => ear.heard.at(-1) === 3, 'what is said after it');
    // It may have been done after all: UNAVAILABLE does not say that it was not.
    expect(ear.heard.filter((what) => what !== 'nobody knows')).toEqual([1, 3]);
  });

  it('takes what it is sent and never answers, as behind a broken network: another connection is made', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const store = scene.store({ ...at(proxy), commandTimeout: 1_000, probe: 100 });
    const ear = await Ear.at(store, 'a');
    const { accepted } = proxy;
    proxy.stall('up', 'down');
    await expect(say(store, 'a', 'nobody knows')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until(
      () => proxy.accepted > accepted,
      () => 'another connection',
    );
    proxy.flow();
    await sayAtLast(store, 'a', 2);
    await ear.hears(() => ear.heard.at(-1) === 2, 'what is said after it');
  });

  it('is away: ephemeral messages reach the members of their own node at once, where that was chosen', async () => {
    const redis = await scene.redis();
    const local = scene.store({ ...at(redis), commandTimeout: 2_000, onStoreDown: 'local' });
    const refusing = scene.store({ ...at(redis), commandTimeout: 2_000 });
    const ear = await Ear.at(local, 'a');
    const deaf = await Ear.at(refusing, 'a');
    await redis.stop();
    await until(
      () => !local.health.up && !refusing.health.up,
      () => 'the stores to see that Redis is away',
    );
    const asked = performance.now();
    await whisper(local, 'a', 'Ann');
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(ear.heard).toEqual(['~Ann']);
    await expect(whisper(refusing, 'a', 'Bob')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(deaf.heard).toEqual([]);
    // What is to be kept is refused either way.
    await expect(say(local, 'a', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.start();
  });

  it.each([
    ['hangs', (redis: { pause(): void }) => redis.pause()],
    ['is away', (redis: { stop(): Promise<void> }) => redis.stop()],
  ])('%s: no more commands wait than may, for as long as that lasts', async (_how, break_) => {
    const redis = await scene.redis();
    const store = scene.store({ ...at(redis), pendingCommands: 100, commandTimeout: 1_000 });
    await Ear.at(store, 'a');
    await (break_ as (it: typeof redis) => unknown)(redis);
    let most = 0;
    for (let round = 0; round < 4; round++) {
      const said = Array.from({ length: 300 }, (_, n) =>
        say(store, 'a', n).catch(({ code }: { code: string }) => code),
      );
      most = Math.max(most, store.health.pending);
      expect(new Set(await Promise.all(said))).toEqual(new Set(['UNAVAILABLE']));
    }
    expect(most).toBe(100);
  });

  it('refuses for want of memory: who asks hears UNAVAILABLE, and the health says why', async () => {
    const redis = await scene.redis();
    const store = scene.store(at(redis));
    await say(store, 'a', 1);
    await redis.ask((client) => client.config('SET', 'maxmemory', '1mb'));
    await expect(say(store, 'a', 2)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(store.health.up).toBe(true);
    expect(store.health.lastError).toMatch(/^OOM/);
    await redis.ask((client) => client.config('SET', 'maxmemory', '0'));
    expect((await say(store, 'a', 3)).offset).toBe(2);
  });

  it('is a replica for a moment (READONLY): what was asked for is done once it is none', async () => {
    const [redis, other] = [await scene.redis(), await scene.redis()];
    const store = scene.store({ ...at(redis), commandTimeout: 5_000 });
    const ear = await Ear.at(store, 'a');
    await say(store, 'a', 1);
    // A replica of nobody: it keeps its data.
    await redis.ask((client) => client.config('SET', 'min-replicas-to-write', '0'));
    await redis.ask((client) => client.replicaof('127.0.0.1', 1));
    const saying = say(store, 'a', 2);
    await until(
      async () => /errorstat_READONLY:count=[1-9]/.test(await redis.ask((client) => client.info('errorstats'))),
      () => 'a refusal',
    );
    await redis.ask((client) => client.call('REPLICAOF', 'NO', 'ONE'));
    expect((await saying).offset).toBe(2);
    await ear.has(2);
    expect(ear.heard).toEqual([1, 2]);
    expect(await other.ask((client) => client.dbsize())).toBe(0);
  });

  it('loads its data (LOADING): what was asked for waits, and is done', async () => {
    const redis = await scene.redis('--enable-debug-command', 'yes');
    const store = scene.store({ ...at(redis), commandTimeout: 8_000 });
    const ear = await Ear.at(store, 'a');
    await say(store, 'a', 1);
    await redis.ask(async (client) => {
      await Promise.all(Array.from({ length: 50 }, (_, n) => client.set(`filler ${n}`, randomBytes(2_000))));
      await client.config('SET', 'loading-process-events-interval-bytes', '1024');
      await client.config('SET', 'key-load-delay', '20000');
    });
    // A client that connects while Redis loads waits for it.
    await redis.ask(async (watcher) => {
      await watcher.ping();
      const loaded = redis.ask((client) => client.call('DEBUG', 'RELOAD'));
      const says = (section: string, what: RegExp) => async () => what.test(await watcher.info(section));
      await until(says('persistence', /\bloading:1/), () => 'Redis to load its data');
      const saying = say(store, 'a', 2);
      await until(says('errorstats', /errorstat_LOADING:count=[1-9]/), () => 'a refusal');
      await loaded;
      expect((await saying).offset).toBe(2);
    });
    await ear.has(2);
    expect(ear.heard).toEqual([1, 2]);
  }, 60_000);

  it('has forgotten its scripts (NOSCRIPT): they are sent again', async () => {
    const redis = await scene.redis();
    const store = scene.store(at(redis));
    await say(store, 'a', 1);
    await redis.ask((client) => client.call('SCRIPT', 'FLUSH'));
    const said = await Promise.all([2, 3, 4].map((n) => say(store, 'a', n)));
    expect(said.map(({ offset }) => offset)).toEqual([2, 3, 4]);
    expect((await store.span('a')).top).toBe(4);
  });

  it('fails over by Sentinel: a gap in the room that has lost its last entries, and none in the other', async () => {
    const sentinels = scene.keep(await startSentinels());
    const client = () => new Redis({ sentinels: sentinels.addresses, name: 'roost', lazyConnect: true });
    const store = scene.store({ client, commandTimeout: 2_000 });
    const [ear, other] = [await Ear.at(store, 'a'), await Ear.at(store, 'b')];
    const kept = await say(store, 'a', 1);
    await say(store, 'b', 1);
    await sentinels.replicated();
    await sentinels.cutReplication();
    await say(store, 'a', 2);
    await say(store, 'a', 3);
    await ear.has(3);
    await sentinels.master.stop('SIGKILL');
    sentinels.replica.goOn();
    await sentinels.failedOver();
    const after = await sayAtLast(store, 'a', 4);
    await sayAtLast(store, 'b', 2);
    expect(after.epoch).not.toBe(kept.epoch);
    await ear.has(4);
    // The one that found it stands before the gap, or behind it.
    await say(store, 'a', 5);
    await ear.hears(() => ear.heard.at(-1) === 5, 'what is said after it');
    expect(ear.heard.filter((what) => what !== 4)).toEqual([1, 2, 3, 'gap', 5]);
    await other.has(2);
    expect(other.heard).toEqual([1, 2]);
  }, 60_000);
});
