import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisStore, type RedisStore, type RedisStoreOptions } from 'nestjs-roost/redis';
import { Proxy } from '../support/proxy.js';
import { RedisServer, startSentinels } from '../support/redis.js';
import { Ear, KEEP, say, sayAtLast, until } from './support.js';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function server(args: readonly string[] = []): Promise<RedisServer> {
  const started = await RedisServer.start(args);
  ends.push(() => started.end());
  return started;
}

function open(options: RedisStoreOptions): RedisStore {
  const store = redisStore({ commandTimeout: 1_000, ...options });
  ends.push(() => store.close());
  return store;
}

async function proxied(redis: RedisServer): Promise<Proxy> {
  const proxy = await Proxy.to(redis.port);
  ends.push(() => proxy.close());
  return proxy;
}

const viaProxy = (proxy: Proxy) => ({ url: `redis://127.0.0.1:${proxy.port}` });

describe('hard case 25: two nodes', () => {
  it('hear one order, whoever speaks', async () => {
    const redis = await server();
    const stores = [open(redis), open(redis)] as const;
    const ears = await Promise.all(stores.map((store) => Ear.at(store, 'a')));
    await Promise.all(Array.from({ length: 200 }, (_, n) => say(stores[(n % 2) as 0 | 1], 'a', n)));
    for (const ear of ears) await ear.has(200);
    expect(ears[0]?.heard).toEqual(ears[1]?.heard);
    expect(new Set(ears[0]?.heard).size).toBe(200);
  });

  it('miss nothing that was said while a subscription was lost', async () => {
    const redis = await server();
    const proxy = await proxied(redis);
    const [here, there] = [open(viaProxy(proxy)), open(redis)];
    const ear = await Ear.at(here, 'a');
    await say(there, 'a', 1);
    await ear.has(1);
    proxy.shut();
    for (const n of [2, 3, 4]) await say(there, 'a', n);
    proxy.letIn();
    await ear.has(4);
    expect(ear.heard).toEqual([1, 2, 3, 4]);
  });

  it('miss no last message either: a quiet room is compared with its log', async () => {
    const redis = await server();
    const proxy = await proxied(redis);
    const here = open({ ...viaProxy(proxy), check: [200, 400] });
    const there = open(redis);
    const ear = await Ear.at(here, 'a');
    // The message is lost on its way: Redis is made to believe that nobody listens.
    await redis.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await say(there, 'a', 1);
    await ear.has(1);
    expect(ear.heard).toEqual([1]);
  });

  it('find a subscription that lives and brings nothing', async () => {
    const redis = await server();
    const proxy = await proxied(redis);
    // Commands go straight to Redis; what listens is connected to somebody who takes everything and says nothing.
    const listening = { port: proxy.port };
    let made = 0;
    const client = () => new Redis({ port: made++ === 0 ? redis.port : listening.port, lazyConnect: true });
    const here = open({ client, check: [100, 200] });
    const there = open(redis);
    const ear = await Ear.at(here, 'a');
    proxy.stall('down');
    for (let n = 1; n <= 6; n++) {
      await say(there, 'a', n);
      await ear.has(n);
    }
    expect(ear.heard).toEqual([1, 2, 3, 4, 5, 6]);
    // It was connected anew by then, and what is said arrives without a comparison.
    proxy.flow();
    await until(
      async () => {
        const count = ear.heard.length;
        await here.publish('a', { event: 'typing', data: '"Ann"', ts: 1 });
        await new Promise((resolve) => setTimeout(resolve, 50));
        return ear.heard.length > count;
      },
      () => 'an ephemeral message, which only a subscription brings',
    );
  });
});

describe('hard case 26: Redis', () => {
  it('restarts with its data: everything goes on', async () => {
    const redis = await server(['--appendonly', 'yes', '--appendfsync', 'always']);
    const store = open(redis);
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
    const redis = await server();
    const store = open(redis);
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

  it('is out of reach: what cannot be done is UNAVAILABLE in time, and it comes back by itself', async () => {
    const redis = await server();
    const proxy = await proxied(redis);
    const store = open(viaProxy(proxy));
    const ear = await Ear.at(store, 'a');
    await say(store, 'a', 1);
    proxy.shut();
    await until(
      () => !store.health.up,
      () => 'the store to see that Redis is away',
    );
    const asked = performance.now();
    await expect(say(store, 'a', 'lost')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(store.span('a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - asked).toBeLessThan(4_000);
    proxy.letIn();
    await sayAtLast(store, 'a', 2);
    await until(
      () => ear.heard.at(-1) === 2,
      () => 'the message after the silence',
    );
    expect(store.health).toMatchObject({ up: true, pending: 0 });
  });

  it('hangs: what cannot be done is UNAVAILABLE in time', async () => {
    const redis = await server();
    const store = open({ url: redis.url, commandTimeout: 300 });
    await say(store, 'a', 1);
    redis.pause();
    await expect(say(store, 'a', 2)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    redis.goOn();
    await sayAtLast(store, 'a', 3);
  });

  it('is away: ephemeral messages reach the members of their own node, where that was chosen', async () => {
    const redis = await server();
    const local = open({ url: redis.url, commandTimeout: 200, onStoreDown: 'local' });
    const ear = await Ear.at(local, 'a');
    await redis.stop();
    await local.publish('a', { event: 'typing', data: '"Ann"', ts: 1 });
    expect(ear.heard).toEqual(['~Ann']);
    const refusing = open({ url: redis.url, commandTimeout: 200 });
    await expect(refusing.publish('a', { event: 'typing', data: '1', ts: 1 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await redis.start();
  });

  it('is away: no more commands wait than may', async () => {
    const redis = await server();
    const store = open({ url: redis.url, pendingCommands: 100, commandTimeout: 500 });
    await say(store, 'a', 0);
    redis.pause();
    const said = Array.from({ length: 1_000 }, (_, n) => say(store, 'a', n).catch(() => 'refused'));
    expect(store.health.pending).toBeLessThanOrEqual(100);
    await Promise.all(said);
    redis.goOn();
  });

  it('fails over and has lost the last writes: offsets are not given out again in the same epoch', async () => {
    const sentinels = await startSentinels();
    ends.push(() => sentinels.end());
    const client = () => new Redis({ sentinels: sentinels.addresses, name: 'roost', lazyConnect: true });
    const store = open({ client, commandTimeout: 2_000 });
    const ear = await Ear.at(store, 'a');
    const kept = await say(store, 'a', 1);
    await sentinels.replicated();
    // The replica hears no more, and the master goes on for a moment.
    sentinels.replica.pause();
    await say(store, 'a', 2);
    await say(store, 'a', 3);
    await ear.has(3);
    await sentinels.master.stop('SIGKILL');
    sentinels.replica.goOn();
    await sentinels.failedOver();
    const after = await sayAtLast(store, 'a', 4);
    expect(after.epoch).not.toBe(kept.epoch);
    await until(
      () => ear.heard.includes('gap') && ear.heard.at(-1) === 4,
      () => `a gap, not ${String(ear.heard)}`,
    );
    expect(ear.heard.slice(0, 3)).toEqual([1, 2, 3]);
  }, 60_000);
});

describe('a script', () => {
  it('that Redis has forgotten is sent again', async () => {
    const redis = await server();
    const store = open(redis);
    await say(store, 'a', 1);
    await redis.ask((client) => client.call('SCRIPT', 'FLUSH'));
    expect((await say(store, 'a', 2)).offset).toBe(2);
  });

  it('that adds an entry adds it once, though the connection broke and nobody knows whether it ran', async () => {
    const redis = await server();
    const proxy = await proxied(redis);
    const store = open(viaProxy(proxy));
    await say(store, 'a', 1);
    // It runs, and its answer does not come through.
    proxy.stall('down');
    const saying = say(store, 'a', 2);
    const watcher = open(redis);
    await until(
      async () => (await watcher.span('a')).top === 2,
      () => 'the entry to be added',
    );
    proxy.flow();
    proxy.cut();
    expect((await saying).offset).toBe(2);
    expect((await watcher.span('a')).top).toBe(2);
  });
});

describe('hard case 28: ten thousand rooms', () => {
  it('are heard of, each by itself', async () => {
    const redis = await server();
    const [here, there] = [open({ url: redis.url, commandTimeout: 20_000 }), open(redis)];
    let heard = 0;
    const listener = { entry: () => void heard++, ephemeral: () => {}, cut: () => {} };
    const rooms = Array.from({ length: 10_000 }, (_, n) => `room ${n} {of} many:*`);
    for (let start = 0; start < rooms.length; start += 1_000) {
      await Promise.all(rooms.slice(start, start + 1_000).map((room) => here.subscribe(room, KEEP, listener)));
    }
    for (let start = 0; start < rooms.length; start += 1_000) {
      await Promise.all(rooms.slice(start, start + 1_000).map((room) => say(there, room, 1)));
    }
    await until(
      () => heard === rooms.length,
      () => `${rooms.length} entries, not ${heard}`,
    );
  }, 60_000);
});
