import { Redis } from 'ioredis';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../../scripts/require-programs.mjs';
import { until } from './until.js';

/** Milliseconds that a server may take to answer its first command. */
const PATIENCE = 15_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real Redis server on a free port, with a folder of its own. */
export class RedisServer {
  #process: ChildProcess | undefined;
  #over: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  /** @param args further options, as of redis.conf */
  static async start(args: readonly string[] = [], port?: number): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'roost-redis-'));
    const server = new RedisServer(port ?? (await freePort()), folder, args);
    try {
      await server.start();
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it (again), and waits until it answers. @param more options, for this time */
  async start(...more: readonly string[]): Promise<void> {
    const common = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const sentinel = this.args.includes('--sentinel');
    // Sentinels keep what they know in their configuration file.
    const file = join(this.folder, 'sentinel.conf');
    if (sentinel) await writeFile(file, '');
    const options = sentinel ? [file, ...common] : [...common, '--save', '', '--appendonly', 'no'];
    const child = spawn(programPath('redis-server'), [...options, ...this.args, ...more], { stdio: 'ignore' });
    this.#process = child;
    this.#over = once(child, 'exit');
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`redis-server on port ${this.port} has ended`);
        return this.#answers();
      },
      () => `redis-server on port ${this.port} to answer`,
      PATIENCE,
    );
  }

  async #answers(): Promise<boolean> {
    const client = new Redis(this.port, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.ping();
      return true;
    } catch {
      return false;
    } finally {
      client.disconnect();
    }
  }

  /** A client of the test's own, which it has to disconnect. */
  client(): Redis {
    return new Redis(this.port);
  }

  /** Asks it, with a client that is there for that. */
  async ask<T>(run: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port);
    try {
      return await run(client);
    } finally {
      client.disconnect();
    }
  }

  /** Stops it: `SIGTERM` in order, `SIGKILL` as a crash. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#process?.kill(signal);
    await this.#over;
    this.#process = undefined;
  }

  /** It is there and answers nothing, until it goes on. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Stops it and removes its folder. */
  async end(): Promise<void> {
    if (this.#process !== undefined) {
      this.goOn();
      await this.stop('SIGKILL');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A master, its replica, and three Sentinels that watch over them. */
export interface Sentinels {
  readonly addresses: { readonly host: string; readonly port: number }[];
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Settles when the replica has all that the master has. */
  replicated(): Promise<void>;
  /** The replica sleeps, and what is written from now on is lost to it. */
  cutReplication(): Promise<void>;
  /** Settles when the replica has become the master. */
  failedOver(): Promise<void>;
  end(): Promise<void>;
}

export async function startSentinels(): Promise<Sentinels> {
  const servers: RedisServer[] = [];
  const end = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.end())));
  const started = async (args: readonly string[]): Promise<RedisServer> => {
    const server = await RedisServer.start(args);
    servers.push(server);
    return server;
  };
  try {
    const master = await started([]);
    const replica = await started(['--replicaof', `127.0.0.1 ${master.port}`]);
    const watchers = await Promise.all([1, 2, 3].map(() => started(['--sentinel'])));
    return { ...(await watch(master, replica, watchers)), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Makes Sentinels watch over a master and its replica. */
async function watch(
  master: RedisServer,
  replica: RedisServer,
  watchers: readonly RedisServer[],
): Promise<Omit<Sentinels, 'end'>> {
  for (const watcher of watchers) {
    await watcher.ask(async (client) => {
      await client.call('SENTINEL', 'MONITOR', 'roost', '127.0.0.1', master.port, 2);
      await client.call('SENTINEL', 'SET', 'roost', 'down-after-milliseconds', 500);
      await client.call('SENTINEL', 'SET', 'roost', 'failover-timeout', 5_000);
    });
  }
  const holds = (server: RedisServer, line: string, what: string): Promise<void> =>
    until(
      async () => (await server.ask((client) => client.info('replication'))).includes(line),
      () => what,
      PATIENCE * 2,
    );
  await holds(replica, 'master_link_status:up', 'the replica to be connected');
  for (const watcher of watchers) {
    await until(
      async () => {
        const [replicas, others] = await watcher.ask(async (client) => [
          (await client.call('SENTINEL', 'REPLICAS', 'roost')) as unknown[],
          (await client.call('SENTINEL', 'SENTINELS', 'roost')) as unknown[],
        ]);
        return replicas?.length === 1 && others?.length === 2;
      },
      () => 'the Sentinels to know each other and the replica',
      PATIENCE,
    );
  }
  return {
    master,
    replica,
    addresses: watchers.map(({ port }) => ({ host: '127.0.0.1', port })),
    replicated: async () => {
      const info = await master.ask((client) => client.info('replication'));
      const offset = /master_repl_offset:(\d+)/.exec(info)?.[1] ?? '';
      await until(
        async () => {
          const there = await replica.ask((client) => client.info('replication'));
          return Number(/slave_repl_offset:(\d+)/.exec(there)?.[1]) >= Number(offset);
        },
        () => 'the replica to keep up',
        PATIENCE,
      );
    },
    cutReplication: async () => {
      replica.pause();
      await master.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'replica'));
    },
    failedOver: () => holds(replica, 'role:master', 'the replica to become the master'),
  };
}

/** Masters that share all slots. */
export interface RedisShards {
  readonly servers: readonly RedisServer[];
  /** Settles when all of them say that all is well. */
  settled(): Promise<void>;
  end(): Promise<void>;
}

/** @param args further options of each server */
export async function startCluster(masters = 3, args: readonly string[] = []): Promise<RedisShards> {
  const servers = await Promise.all(
    Array.from({ length: masters }, () => RedisServer.start(['--cluster-enabled', 'yes', ...args])),
  );
  const end = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.end())));
  const settled = async (): Promise<void> => {
    for (const server of servers) {
      let info = '';
      await until(
        async () => {
          info = String(await server.ask((client) => client.call('CLUSTER', 'INFO')));
          return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${masters}`);
        },
        () => `the cluster to come about: ${info}`,
        PATIENCE,
      );
    }
  };
  try {
    const [first, ...others] = servers as [RedisServer, ...RedisServer[]];
    for (const [index, server] of servers.entries()) {
      const from = Math.floor((16_384 / masters) * index);
      const to = Math.floor((16_384 / masters) * (index + 1)) - 1;
      await server.ask((client) => client.call('CLUSTER', 'ADDSLOTSRANGE', from, index === masters - 1 ? 16_383 : to));
    }
    await first.ask(async (client) => {
      for (const { port } of others) await client.call('CLUSTER', 'MEET', '127.0.0.1', port);
    });
    await settled();
  } catch (error) {
    await end();
    throw error;
  }
  return { servers, settled, end };
}
