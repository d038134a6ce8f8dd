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
