import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { redisStore, type RedisStoreOptions } from 'nestjs-roost/redis';
import { clusterContract, storeContract } from 'nestjs-roost/testing';
import { RedisServer, startCluster } from '../support/redis.js';

let rooms = 0;

/** A store with rooms of its own, and a date that the case moves. */
function underTest(options: RedisStoreOptions) {
  let shift = 0;
  const date = () => Date.now() + shift;
  const store = redisStore({ ...options, prefix: `case-${++rooms}:`, date });
  return { store, date, pass: (ms: number) => void (shift += ms) };
}

/** Two nodes with a Redis that they alone use, and a date that the case moves. */
function pairUnderTest(options: RedisStoreOptions) {
  let shift = 0;
  const prefix = `case-${++rooms}:`;
  const node = () => redisStore({ ...options, prefix, lease: 1_000, date: () => Date.now() + shift });
  return { nodes: [node(), node()] as const, pass: (ms: number) => void (shift += ms) };
}

// Cases are listed before a server is there to run them.
const listed = storeContract(() => ({}) as never).map(({ name }) => name);
const shared = clusterContract(() => ({}) as never).map(({ name }) => name);

describe('the contract of stores, on one Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.end());

  it.each(listed)('%s', async (name) => {
    const found = storeContract(() => underTest({ url: server.url })).find((one) => one.name === name);
    await found?.run();
  });

  it.each(shared)('%s', async (name) => {
    const found = clusterContract(() => pairUnderTest({ url: server.url })).find((one) => one.name === name);
    await found?.run();
  });
});

describe('the contract of stores, on a Redis Cluster', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster.end());

  const client = () => {
    const nodes = cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port }));
    return new Cluster(nodes, { lazyConnect: true });
  };

  it.each(listed)('%s', async (name) => {
    const found = storeContract(() => underTest({ client })).find((one) => one.name === name);
    await found?.run();
  });

  it.each(shared)('%s', async (name) => {
    const found = clusterContract(() => pairUnderTest({ client })).find((one) => one.name === name);
    await found?.run();
  });
});
