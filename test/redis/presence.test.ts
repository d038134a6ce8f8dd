import { describe, expect, it } from '@jest/globals';
import { redisStore } from 'nestjs-roost/redis';
import { idOf, joined, positionOf, tokenOf, useStage } from '../conformance/support/index.js';
import { until } from '../support/until.js';
import { apart, at, Scene } from './support.js';

// Apps end before what they use.
const start = useStage();
const scene = Scene.use();
const ROOM = 'listed/a';
/** Milliseconds after which a node counts as dead. */
const LEASE = 500;

describe('whom a dead node has left behind in a room, with nothing written of the session', () => {
  it('is seen until the node has died, and then no more, though the room was looked at before', async () => {
    const redis = await scene.redis();
    const there = scene.store({ ...at(redis), lease: LEASE });
    const { cluster } = there;
    await cluster.start({ heard: () => {}, lapsed: () => {}, lost: () => {} });
    await cluster.enroll(ROOM, 'ghost', 1, JSON.stringify({ node: cluster.node, member: { id: 'ghost' } }));
    const stage = await start({ store: redisStore({ url: redis.url, lease: LEASE, check: [50, 100] }) });
    const client = await stage.session();
    await joined(client, ROOM);
    const members = (): string[] => stage.rooms.get(ROOM).members.map(({ id }) => id);
    expect(members()).toContain('ghost');
    const checks = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.ask((one) => one.info('commandstats')))?.[1]); // prettier-ignore
    const before = await checks();
    await until(
      async () => (await checks()) > before + 10,
      () => 'the room to be compared',
    );
    expect(members()).toContain('ghost');

    await there.close();
    await until(
      () => !members().includes('ghost'),
      () => 'the one who was left behind to leave',
    );
  });
});

describe('a client that comes back on a node that has missed who has left', () => {
  it('is not shown again whom it has seen leave', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const here = await start({ store: redisStore({ url: redis.url }) });
    const there = await start({ store: redisStore({ client: apart(redis.port, proxy.port) }) });
    const [client, leaver, other] = [await here.session(), await here.session(), await there.session()];
    const rooms = { [ROOM]: positionOf(await joined(client, ROOM)) };
    for (const one of [leaver, other]) await joined(one, ROOM);
    await until(
      () => there.rooms.get(ROOM).members.length === 3,
      () => 'the other node to see all',
    );
    proxy.lose((direction) => direction === 'down');
    await leaver.request({ op: 'leave', room: ROOM });
    await until(
      () => here.rooms.get(ROOM).members.length === 2,
      () => 'the node to see it leave',
    );
    expect(there.rooms.get(ROOM).members).toHaveLength(3);
    const back = await there.session({ session: tokenOf(client), rooms });
    const { members } = await back.find(({ op }) => op === 'presence', 'who is here');
    expect((members as { id: string }[]).map(({ id }) => id).toSorted()).toEqual([client, other].map(idOf).toSorted());
  });
});
