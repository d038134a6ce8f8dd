import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { redisStore } from 'nestjs-roost/redis';
import { dataOf, joined, RawClient, useStage } from '../conformance/support/index.js';
import { NodeProcess } from '../support/node-process.js';
import { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';
import { at, Ear, inGroups, say, Scene } from './support.js';

jest.setTimeout(120_000);

// Apps end before what they use.
const start = useStage();
const scene = Scene.use();
let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

let apps = 0;

/** Two nodes of an app. */
async function pair() {
  const prefix = `many-${++apps}:`;
  const store = () => redisStore({ url: server.url, prefix });
  const roost = { limits: { connections: false, messages: false }, heartbeat: { interval: 600_000 } } as const;
  return [await start({ ...roost, store: store() }), await start({ ...roost, store: store() })] as const;
}

describe('hard case 28', () => {
  it.each(['{', '}', '{}', '{a}b', 'a:b', ':meta', '*', '?[a-c]', 'a b', 'größe 聊天 🐦', '\'"\\', '%00'])(
    'a room named %j is one room on both nodes, and no other',
    async (name) => {
      const [here, there] = await pair();
      const room = `room/${name}`;
      const clients = [await here.session(), await there.session()];
      for (const client of clients) await joined(client, room);
      const [other] = [await here.member('room/another')];
      await there.publish(room, name);
      for (const client of clients) expect(await dataOf(client, room, 1)).toEqual([name]);
      const page = await here.room(room).history({ limit: 10 });
      expect(page.messages.map(({ data }) => data)).toEqual([name]);
      await other.settled();
      expect(other.received.filter(({ event }) => event === 'say')).toEqual([]);
    },
  );

  it('10,000 rooms: each message reaches its room on the other node, and nothing is left listening', async () => {
    const redis = await scene.redis();
    const [here, there] = [scene.store(at(redis)), scene.store(at(redis))];
    const rooms = Array.from({ length: 10_000 }, (_, n) => `room/${n}`);
    const ears = await inGroups(rooms, 500, (room) => Ear.at(here, room));
    await inGroups(rooms, 500, (room) => say(there, room, room));
    for (const ear of ears) await ear.has(1);
    expect(ears.map(({ heard }) => heard)).toEqual(rooms.map((room) => [room]));
    for (const { subscription } of ears) subscription?.close();
    const channels = () => redis.ask((client) => client.pubsub('CHANNELS', '*room/*') as Promise<string[]>);
    await until(
      async () => (await channels()).length === 0,
      () => 'all channels to be left',
    );
  });

  it('a room with 10,000 members on two nodes: all are counted, each has each message once, one leaves and is missed', async () => {
    // One process may not have as many sockets as both ends of all of them.
    const start = () => NodeProcess.start('test/redis/crowd-node.ts', { ROOST_REDIS_URL: server.url });
    const nodes = await Promise.all([start(), start()]);
    const clients: RawClient[] = [];
    try {
      const seats = Array.from({ length: 10_000 }, (_, n) => nodes[n % 2]?.port);
      await inGroups(seats, 250, async (port) => {
        const client = await RawClient.session(`ws://127.0.0.1:${port}/ws`);
        clients.push(client);
        await joined(client, 'crowd/all');
      });
      const [here, there] = [clients[0], clients[1]] as [RawClient, RawClient];
      const counted = async (count: number): Promise<void> => {
        for (const client of [here, there]) {
          await until(
            async () => (await client.request({ op: 'presence', room: 'crowd/all' }))['data'].count === count,
            () => `${count} to be counted`,
          );
        }
      };
      await counted(10_000);
      await here.request({ event: 'say', room: 'crowd/all', data: 1 });
      await there.request({ event: 'say', room: 'crowd/all', data: 2 });
      for (const client of clients) expect(await dataOf(client, 'crowd/all', 2)).toEqual([1, 2]);
      await clients[2]?.request({ op: 'leave', room: 'crowd/all' });
      await counted(9_999);
    } finally {
      await inGroups(clients, 500, (client) => client.cut());
      await Promise.all(nodes.map((node) => node.stop()));
    }
  });
});
