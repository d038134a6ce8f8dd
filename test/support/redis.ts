import { Redis } from 'ioredis';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../../scripts/require-programs.mjs';

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
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it (again), and waits until it answers. */
  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    const child = spawn(programPath('redis-server'), [...options, '--appendonly', 'no', ...this.args], {
      stdio: 'ignore',
    });
    this.#process = child;
    this.#over = once(child, 'exit');
    const until = Date.now() + PATIENCE;
    for (;;) {
      const client = new Redis(this.port, { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => {});
      try {
        await client.connect();
        await client.ping();
        return;
      } catch {
        if (Date.now() > until) throw new Error(`redis-server on port ${this.port} does not answer`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      } finally {
        client.disconnect();
      }
    }
  }

  /** A client of the test's own. */
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
  /** Settles when the replica has become the master. */
  failedOver(): Promise<void>;
  end(): Promise<void>;
}

export async function startSentinels(): Promise<Sentinels> {
  const master = await RedisServer.start();
  const replica = await RedisServer.start(['--replicaof', `127.0.0.1 ${master.port}`]);
  const watchers = await Promise.all([1, 2, 3].map(() => RedisServer.start(['--sentinel'])));
  for (const watcher of watchers) {
    await watcher.ask(async (client) => {
      await client.call('SENTINEL', 'MONITOR', 'roost', '127.0.0.1', master.port, 2);
      await client.call('SENTINEL', 'SET', 'roost', 'down-after-milliseconds', 1_000);
      await client.call('SENTINEL', 'SET', 'roost', 'failover-timeout', 5_000);
    });
  }
  const holds = async (server: RedisServer, line: string, what: string): Promise<void> => {
    const until = Date.now() + PATIENCE * 2;
    while (!(await server.ask((client) => client.info('replication'))).includes(line)) {
      if (Date.now() > until) throw new Error(`waited for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await holds(replica, 'master_link_status:up', 'the replica to be connected');
  const known = Date.now() + PATIENCE;
  for (const watcher of watchers) {
    for (;;) {
      const [replicas, others] = await watcher.ask(async (client) => [
        (await client.call('SENTINEL', 'REPLICAS', 'roost')) as unknown[],
        (await client.call('SENTINEL', 'SENTINELS', 'roost')) as unknown[],
      ]);
      if (replicas?.length === 1 && others?.length === 2) break;
      if (Date.now() > known) throw new Error('the Sentinels do not know each other and the replica');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  return {
    master,
    replica,
    addresses: watchers.map(({ port }) => ({ host: '127.0.0.1', port })),
    replicated: async () => {
      const info = await master.ask((client) => client.info('replication'));
      const offset = /master_repl_offset:(\d+)/.exec(info)?.[1] ?? '';
      const until = Date.now() + PATIENCE;
      for (;;) {
        const there = await replica.ask((client) => client.info('replication'));
        if (Number(/slave_repl_offset:(\d+)/.exec(there)?.[1]) >= Number(offset)) return;
        if (Date.now() > until) throw new Error('the replica does not keep up');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    failedOver: () => holds(replica, 'role:master', 'the replica to become the master'),
    end: async () => void (await Promise.all([master, replica, ...watchers].map((server) => server.end()))),
  };
}

/** Three masters that share all slots. */
export async function startCluster(): Promise<{ readonly servers: RedisServer[]; end(): Promise<void> }> {
  const servers = await Promise.all([1, 2, 3].map(() => RedisServer.start(['--cluster-enabled', 'yes'])));
  const [first, ...others] = servers as [RedisServer, ...RedisServer[]];
  for (const [index, server] of servers.entries()) {
    const from = Math.floor((16_384 / 3) * index);
    const to = Math.floor((16_384 / 3) * (index + 1)) - 1;
    await server.ask((client) => client.call('CLUSTER', 'ADDSLOTSRANGE', from, index === 2 ? 16_383 : to));
  }
  await first.ask(async (client) => {
    for (const { port } of others) await client.call('CLUSTER', 'MEET', '127.0.0.1', port);
  });
  const until = Date.now() + PATIENCE;
  for (const server of servers) {
    for (;;) {
      const info = await server.ask((client) => client.call('CLUSTER', 'INFO'));
      if (String(info).includes('cluster_state:ok') && String(info).includes('cluster_known_nodes:3')) break;
      if (Date.now() > until) throw new Error(`the cluster did not come about: ${String(info)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return { servers, end: async () => void (await Promise.all(servers.map((server) => server.end()))) };
}
