import { Redis } from 'ioredis';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** Milliseconds that a server may take to answer its first command. */
const PATIENCE = 10_000;
/** Milliseconds in which a server has told its monitor of everything that it has done. */
const TOLD = 200;

/** Redis at one moment. */
export interface RedisSample {
  /** Milliseconds by its own clock: a busy one answers late. */
  readonly at: number;
  /** Microseconds of CPU since the start, user and system. */
  readonly cpu: number;
  /** Bytes of its data and buffers. */
  readonly memory: number;
}

/** How often a command ran: sent by a node, and called by a script. */
export interface CommandCount {
  sent: number;
  scripted: number;
}

export type CommandCounts = ReadonlyMap<string, CommandCount>;

/** A Redis server of a measurement's own, which keeps nothing on disk. */
export class RedisServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: Redis,
    readonly url: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(await programPath(), options, { stdio: 'ignore' });
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
    // It takes a while to listen.
    client.on('error', () => {});
    const late = pause(PATIENCE, undefined, { ref: false }).then(() => {
      throw new Error('Redis does not answer');
    });
    try {
      await Promise.race([client.ping(), late]);
    } catch (error) {
      client.disconnect();
      child.kill('SIGKILL');
      throw error;
    }
    return new RedisServer(child, client, `redis://127.0.0.1:${port}`);
  }

  async version(): Promise<string> {
    return /^redis_version:(.*?)\r?$/m.exec(await this.client.info('server'))?.[1] ?? 'unknown';
  }

  async sample(): Promise<RedisSample> {
    const info = await this.client.info('server', 'cpu', 'memory');
    const field = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]);
    return {
      at: field('server_time_usec') / 1_000,
      cpu: (field('used_cpu_user') + field('used_cpu_sys')) * 1_000_000,
      memory: field('used_memory'),
    };
  }

  /** What is asked of it while something is done. Being watched costs a lot: nothing is timed meanwhile. */
  async commandsOf(work: () => Promise<void>): Promise<CommandCounts> {
    const counts = new Map<string, CommandCount>();
    const monitor = await this.client.monitor();
    monitor.on('monitor', (_time: string, [name = '']: string[], source: string) => {
      const command = name.toLowerCase();
      const count = counts.get(command) ?? { sent: 0, scripted: 0 };
      counts.set(command, count);
      if (source === 'lua') count.scripted++;
      else count.sent++;
    });
    try {
      await work();
      await pause(TOLD);
    } finally {
      monitor.disconnect();
    }
    return counts;
  }

  async end(): Promise<void> {
    this.client.disconnect();
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Where the machine's Redis is; the tests look for it in the same way. */
async function programPath(): Promise<string> {
  const { programPath: find } = (await import(pathToFileURL(resolve('scripts/require-programs.mjs')).href)) as {
    programPath(name: string): string;
  };
  return find('redis-server');
}
