import { describe, expect, it } from '@jest/globals';
import { SessionRecord } from '../../lib/sessions/record.js';
import { TimerWheel } from '../../lib/time/timer-wheel.js';
import { systemClock } from '../../lib/time/clock.js';
import { until } from '../support/until.js';
import type { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import type { RedisStore, RedisStoreOptions } from 'nestjs-roost/redis';
import { at, say, scatter, Scene } from './support.js';

const scene = Scene.use();
const TTL = 60_000;

const withIoredis5 = (port: number): RedisStoreOptions => ({
  commandTimeout: 1_000,
  client: () => new Redis5(port, '127.0.0.1', { lazyConnect: true }) as unknown as Redis,
});

/** A store behind a network that can break, and another that watches. */
async function behindNetwork(connect: (port: number) => RedisStoreOptions = (port) => at({ port })) {
  const redis = await scene.redis();
  const proxy = await scene.proxy(redis);
  const store = scene.store(connect(proxy.port));
  await until(
    () => store.health.up,
    () => 'the store to be connected',
  );
  return { redis, proxy, store, watcher: scene.store(at(redis)) };
}

describe('what a broken connection still carries', () => {
  it('does not undo what has been written of a session since', async () => {
    const { proxy, store, watcher } = await behindNetwork();
    const { cluster } = store;
    await cluster.create('s', new Map([['ids', '[1]']]), TTL);
    const changes = { gone: [], whole: true, anew: false, away: false };
    const { done, arrive } = await scatter(proxy, () =>
      cluster.save('s', 1, { ...changes, set: new Map([['ids', '[1]']]) }),
    );
    expect(await done).toBe('saved');
    const running = new Map([['ids', '[2]'], ['q:2', 'rnode lane']]); // prettier-ignore
    expect(await cluster.save('s', 1, { ...changes, whole: false, set: running })).toBe('saved');
    await arrive();
    expect((await watcher.cluster.look('s'))?.fields).toEqual(running);
  });

  it('does not say again what was said since, on the connection after', async () => {
    const { proxy, store, watcher } = await behindNetwork();
    await say(store, 'a', 1);
    const { done, arrive } = await scatter(proxy, () => say(store, 'a', 2));
    expect(await done).toMatchObject({ offset: 2 });
    await say(store, 'a', 3);
    await arrive();
    expect((await watcher.span('a')).top).toBe(3);
  });

  it('does not say it again with ioredis 5 either', async () => {
    const { proxy, store, watcher } = await behindNetwork(withIoredis5);
    await say(store, 'a', 1);
    const { done, arrive } = await scatter(proxy, () => say(store, 'a', 2));
    expect(await done).toMatchObject({ offset: 2 });
    await arrive();
    expect((await watcher.span('a')).top).toBe(2);
  });

  it('does not bring back who has left a room since', async () => {
    const { proxy, store, watcher } = await behindNetwork();
    const { done, arrive } = await scatter(proxy, () => store.cluster.enroll('a', 'm', 1, 'here'));
    await done;
    await store.cluster.enroll('a', 'm', 1, undefined);
    await arrive();
    expect((await watcher.cluster.roster('a')).members.size).toBe(0);
  });
});

describe('a user who may not end connections', () => {
  it('may use the store all the same', async () => {
    const redis = await scene.redis();
    await redis.ask((client) => client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-client|kill', '-client|info')); // prettier-ignore
    const proxy = await scene.proxy(redis);
    const store = scene.store({ url: `redis://app:secret@127.0.0.1:${proxy.port}` });
    await say(store, 'a', 1);
    proxy.cut();
    expect(await say(store, 'a', 2)).toMatchObject({ offset: 2 });
  });
});

describe('what is written of a session', () => {
  /** A session's record in a store; its fields are the test's to change. */
  async function recorded(store: RedisStore) {
    const fields = new Map([['ids', '[1]']]);
    const wheel = new TimerWheel(systemClock, (error) => expect(error).toBeUndefined());
    const record = new SessionRecord('s', 1, {
      cluster: store.cluster,
      wheel,
      ttl: TTL,
      fields: () => new Map(fields),
      answers: new Map(),
      away: () => false,
      writesAnew: () => true,
      onFenced: () => expect('another node').toBe('none'),
      onError: (error) => expect(error).toBeUndefined(),
    });
    await record.create();
    const runs = (id: number): void => void fields.set('ids', `[${id}]`).set(`q:${id}`, 'rnode lane');
    return { record, fields, runs };
  }

  it('is in the end what it was last, where it was written anew meanwhile', async () => {
    const store = scene.store(at(await scene.redis()));
    const { record, fields, runs } = await recorded(store);
    const rewriting = record.rewrite();
    runs(2);
    await record.save();
    await rewriting;
    expect((await store.cluster.look('s'))?.fields).toEqual(fields);
  });

  it('is in the end what it was last, where its connection broke meanwhile and it was asked for again', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const store = scene.store(at(proxy));
    const { record, fields, runs } = await recorded(store);
    proxy.stall('up');
    runs(2);
    const rewriting = record.rewrite();
    const down = until(
      () => !store.health.up,
      () => 'the connection to be lost',
    );
    proxy.shut();
    await down;
    // What was on its way waits for its repetition; this waits for a connection.
    runs(3);
    const saving = record.save();
    proxy.flow();
    proxy.letIn();
    await saving;
    await rewriting;
    expect((await store.cluster.look('s'))?.fields).toEqual(fields);
  });
});
