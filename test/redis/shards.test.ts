import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, Command } from 'ioredis';
import { Keys } from '../../lib/redis/keys.js';
import { Proxy } from '../support/proxy.js';
import { startCluster, type RedisServer, type RedisShards } from '../support/redis.js';
import { until } from '../support/until.js';
import { Ear, say, scatter, Scene, whisper } from './support.js';

const scene = Scene.use();
let shards: RedisShards;
beforeAll(async () => {
  shards = await startCluster();
}, 60_000);
afterAll(() => shards.end());

const keys = new Keys('roost:');
const slotOf = (room: string): number => new Command('get', [keys.meta(room)]).getSlot() ?? 0;
const client = () =>
  new Cluster(
    shards.servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    { lazyConnect: true },
  );

/** Number of the server that has a room's slot. */
async function ownerOf(room: string): Promise<number> {
  const slot = slotOf(room);
  const ranges = await shards.servers[0]?.ask((redis) => redis.cluster('SLOTS'));
  const range = (ranges as unknown as [number, number, [string, number]][]).find(
    ([from, to]) => from <= slot && slot <= to,
  );
  return shards.servers.findIndex(({ port }) => port === range?.[2][1]);
}

/** A room of each server. */
async function roomOfEach(prefix: string): Promise<string[]> {
  const rooms: string[] = [];
  for (let n = 0; rooms.filter(Boolean).length < shards.servers.length; n++)
    rooms[await ownerOf(`${prefix}${n}`)] ??= `${prefix}${n}`;
  return rooms;
}

/** Which errors the servers have answered. */
async function errors(): Promise<string> {
  return (await Promise.all(shards.servers.map((server) => server.ask((redis) => redis.info('errorstats'))))).join();
}

/** Moves a room's slot to another server, while something is done that begins when some of its keys are there. */
async function moveSlot(room: string, during: () => Promise<void>): Promise<void> {
  const slot = slotOf(room);
  const from = shards.servers[await ownerOf(room)] as RedisServer;
  const to = shards.servers[((await ownerOf(room)) + 1) % shards.servers.length] as RedisServer;
  const idOf = (server: RedisServer) => server.ask((redis) => redis.cluster('MYID'));
  const [source, target] = [await idOf(from), await idOf(to)];
  await to.ask((redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source));
  await from.ask((redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target));
  const [first, ...others] = (await from.ask((redis) => redis.call('CLUSTER', 'GETKEYSINSLOT', slot, 100))) as string[];
  const migrate = (moved: readonly string[]) =>
    from.ask((redis) => redis.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...moved));
  await migrate([first as string]);
  const running = during();
  // What is asked for meanwhile finds some keys here and some there, then all of them there, and then another owner.
  const refused = (error: string) =>
    until(
      async () => (await errors()).includes(`errorstat_${error}`),
      () => error,
    );
  await refused('TRYAGAIN');
  if (others.length > 0) await migrate(others);
  await refused('ASK');
  for (const server of [to, from, ...shards.servers]) {
    await server.ask((redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', target));
  }
  await running;
}

describe('on a Redis Cluster', () => {
  it('rooms of all shards are heard', async () => {
    const [here, there] = [scene.store({ client }), scene.store({ client })];
    const rooms = await roomOfEach('heard ');
    const ears = await Promise.all(rooms.map((room) => Ear.at(here, room)));
    await Promise.all(rooms.map((room) => say(there, room, room)));
    await Promise.all(ears.map((ear) => ear.has(1)));
    expect(ears.map(({ heard }) => heard[0])).toEqual(rooms);
    await Promise.all(rooms.map((room) => whisper(there, room, 'Ann')));
    await Promise.all(ears.map((ear) => ear.has(2)));
  });

  it('a slot that moves (ASK, TRYAGAIN, MOVED) takes its rooms along: nothing is lost, nothing comes twice', async () => {
    const [here, there] = [
      scene.store({ client, commandTimeout: 5_000 }),
      scene.store({ client, commandTimeout: 5_000 }),
    ];
    const room = 'a room that moves';
    const ear = await Ear.at(here, room);
    const before = await ownerOf(room);
    let n = 0;
    const speak = async (times: number) => {
      for (let i = 0; i < times; i++) await say(i % 2 === 0 ? here : there, room, ++n);
    };
    await speak(5);
    await moveSlot(room, () => speak(20));
    await speak(20);
    expect(await ownerOf(room)).not.toBe(before);
    await ear.has(n);
    expect(ear.heard).toEqual(Array.from({ length: n }, (_, index) => index + 1));
    // What is told by nothing but the subscription, which is another shard's now.
    await until(
      async () => {
        await whisper(there, room, 'Ann');
        return ear.heard.at(-1) === '~Ann';
      },
      () => 'an ephemeral message',
    );
    expect(await errors()).toContain('errorstat_MOVED');
  }, 60_000);

  describe('behind a network that can break', () => {
    /** A store whose connections to each shard go through a proxy. */
    async function proxied() {
      const proxies = await Promise.all(shards.servers.map((server) => scene.proxy(server)));
      const natMap = Object.fromEntries(
        shards.servers.map(({ port }, n) => [
          `127.0.0.1:${port}`,
          { host: '127.0.0.1', port: (proxies[n] as Proxy).port },
        ]),
      );
      const nodes = proxies.map(({ port }) => ({ host: '127.0.0.1', port }));
      const store = scene.store({
        client: () => new Cluster(nodes, { natMap, lazyConnect: true }),
        probe: 100,
        commandTimeout: 500,
      });
      return { proxies, store };
    }

    it('each shard is probed by itself: where one brings nothing, that one is connected anew', async () => {
      const { proxies, store } = await proxied();
      const rooms = await roomOfEach('probed ');
      const ears = await Promise.all(rooms.map((room) => Ear.at(store, room)));
      await until(
        () => store.health.listening,
        () => 'all shards to be heard',
      );
      // All is quiet, and the second shard brings nothing of what is published.
      const [first, second, third] = proxies as [Proxy, Proxy, Proxy];
      second.lose((direction, chunk) => direction === 'down' && chunk.includes('smessage'));
      const accepted = proxies.map((proxy) => proxy.accepted);
      await until(
        () => second.accepted > (accepted[1] ?? 0),
        () => 'another connection to the second shard',
      );
      expect([first.accepted, third.accepted]).toEqual([accepted[0], accepted[2]]);
      second.lose(() => false);
      await until(
        async () => {
          await Promise.all(rooms.map((room) => whisper(store, room, 'Ann').catch(() => undefined)));
          return ears.every(({ heard }) => heard.length > 0);
        },
        () => 'ephemeral messages of all shards',
      );
    });

    it('a shard that was cut off is caught up with', async () => {
      const { proxies, store } = await proxied();
      const there = scene.store({ client });
      const rooms = await roomOfEach('cut off ');
      const ears = await Promise.all(rooms.map((room) => Ear.at(store, room)));
      proxies[1]?.shut();
      for (const n of [1, 2, 3]) await Promise.all(rooms.map((room) => say(there, room, n)));
      proxies[1]?.letIn();
      await Promise.all(ears.map((ear) => ear.has(3)));
      expect(ears.map(({ heard }) => heard)).toEqual(rooms.map(() => [1, 2, 3]));
    });

    it('an entry is added once, though the connection broke and nobody knows whether it was', async () => {
      const { proxies, store } = await proxied();
      const watcher = scene.store({ client });
      const [room] = (await roomOfEach('once ')) as [string];
      await say(store, room, 1);
      proxies[0]?.stall('down');
      const saying = say(store, room, 2);
      await until(
        async () => (await watcher.span(room)).top === 2,
        () => 'the entry to be added',
      );
      proxies[0]?.cut();
      proxies[0]?.flow();
      expect(await saying).toMatchObject({ offset: 2 });
      expect((await watcher.span(room)).top).toBe(2);
    });

    it('what a broken connection to a shard still carries is not said again', async () => {
      const { proxies, store } = await proxied();
      const watcher = scene.store({ client });
      const [room] = (await roomOfEach('late ')) as [string];
      await say(store, room, 1);
      const proxy = proxies[0] as Proxy;
      const { done, arrive } = await scatter(proxy, () => say(store, room, 2));
      expect(await done).toMatchObject({ offset: 2 });
      await arrive();
      expect((await watcher.span(room)).top).toBe(2);
    });
  });
});
