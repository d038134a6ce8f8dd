import type { ManualClock } from 'nestjs-roost/testing';
import { redisStore } from 'nestjs-roost/redis';
import type { Cluster } from '../../../lib/store/cluster.js';
import type { Store } from '../../../lib/store/store.js';
import { Proxy } from '../../support/proxy.js';
import { RedisServer } from '../../support/redis.js';
import { SharedStore } from '../../support/shared-store.js';

type ClusterStore = Store & { readonly cluster: Cluster };

/** What nodes share. */
export interface Backend {
  /** A node's view of it. */
  node(): Promise<ClusterStore>;
  /** Nothing reaches the node any more, nor does it reach anything. Settles when others may know. */
  kill(node: string): Promise<void>;
  /** It is reached again. */
  revive(node: string): Promise<void>;
  /** Messages between nodes, and signals, that have this word in them do not reach the node; without one they do. */
  mute(node: string, word?: string): void;
  /** All that is shared is lost. */
  lose(): Promise<void>;
  /** Lets everything arrive that is under way. */
  turn(): Promise<void>;
  close(): Promise<void>;
}

/** In this process's memory. */
export async function memoryBackend(clock: ManualClock): Promise<Backend> {
  const shared = new SharedStore({ date: () => clock.date() });
  return {
    node: async () => shared.node(),
    kill: async (node) => shared.kill(node),
    revive: async (node) => shared.revive(node),
    mute: (node, word) => (word === undefined ? shared.muted.delete(node) : shared.muted.set(node, word)),
    lose: async () => shared.lose(),
    turn: async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    close: () => shared.log.close(),
  };
}

/** Milliseconds of silence after which a node counts as dead. */
const LEASE = 300;
let cases = 0;

/** In a real Redis, each node by way of a network that can be cut. */
export async function redisBackend(server: RedisServer, clock: ManualClock): Promise<Backend> {
  const prefix = `nodes-${++cases}:`;
  const proxies = new Map<string, Proxy>();
  const clusters = new Map<string, Cluster>();
  return {
    node: async () => {
      const proxy = await Proxy.to(server.port);
      const url = `redis://127.0.0.1:${proxy.port}`;
      const date = () => clock.date();
      const store = redisStore({ url, prefix, lease: LEASE, commandTimeout: 500, date });
      proxies.set(store.cluster.node, proxy);
      clusters.set(store.cluster.node, store.cluster);
      return store;
    },
    kill: async (node) => {
      proxies.get(node)?.shut();
      const [, other] = [...clusters].find(([name]) => name !== node) ?? [];
      const seen = async (): Promise<boolean> => (await other?.alive(node)) === true;
      while (await seen()) await new Promise((resolve) => setImmediate(resolve));
    },
    revive: async (node) => proxies.get(node)?.letIn(),
    mute: (node, word) => {
      proxies.get(node)?.lose((direction, chunk) => word !== undefined && direction === 'down' && chunk.includes(word));
    },
    lose: () => server.ask(async (client) => void (await client.flushall())),
    turn: () => server.ask(async (client) => void (await client.ping())),
    close: async () => {
      await Promise.all(Array.from(proxies.values(), (proxy) => proxy.close()));
    },
  };
}
