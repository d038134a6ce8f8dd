import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Handshake, RoostOptions } from 'nestjs-roost';
import { redisStore } from 'nestjs-roost/redis';
import { redisBackend } from '../cluster/support/backend.js';
import { banCases } from '../cluster/support/ban-cases.js';
import { joined, useStage } from '../conformance/support/index.js';
import { RedisServer } from '../support/redis.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

banCases((clock) => redisBackend(server, clock));

describe('a ban in Redis', () => {
  const start = useStage();
  const authenticate = ({ auth }: Handshake) => ({ user: { id: String(auth) } });
  const options = (prefix: string): RoostOptions => ({ authenticate, store: redisStore({ url: server.url, prefix }) });

  it('reaches a node that could not hear of it, once it hears again', async () => {
    const [here, there] = [await start(options('deaf:')), await start(options('deaf:'))];
    const client = await there.session({ auth: 'ann' });
    await joined(client, 'room/a');
    // Nodes come back to their subscriptions after 100 ms at the earliest.
    await server.ask((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await here.room('room/a').ban('ann');
    expect(await client.find(({ op }) => op === 'left', 'left')).toMatchObject({ reason: 'banned' });
  });

  it('is one of so many in a room: past that the oldest ends', async () => {
    const store = redisStore({ url: server.url, prefix: 'many:', bans: 2 });
    const users = async () => (await store.bans.list('a')).map(({ user }) => user.id);
    const ban = (id: string, since: number, given = {}) => store.bans.add('a', { user: { id }, since, ...given });
    const now = Date.now();
    await ban('short', now - 3, { until: now - 1 });
    await ban('old', now - 2);
    await ban('young', now - 1);
    expect(await users()).toEqual(['old', 'young']);
    await ban('young', now);
    expect(await users()).toEqual(['old', 'young']);
    await ban('youngest', now + 1);
    expect(await users()).toEqual(['young', 'youngest']);
    await store.close();
  });

  it('leaves nothing behind when it has ended', async () => {
    const store = redisStore({ url: server.url, prefix: 'brief:' });
    const since = Date.now();
    await store.bans.add('a', { user: { id: 'ann' }, since, until: since + 60_000 });
    const left = () => server.ask((redis) => redis.pttl('brief:room:{a}:bans'));
    expect(await left()).toBeGreaterThan(50_000);
    await store.bans.add('a', { user: { id: 'bob' }, since });
    expect(await left()).toBe(-1);
    await store.bans.lift('a', 'bob');
    await store.bans.lift('a', 'ann');
    expect(await left()).toBe(-2);
    await store.close();
  });
});
