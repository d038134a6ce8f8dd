import { Logger } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import { RoostException } from '../protocol/index.js';
import type { ResolvedRedisOptions } from './options.js';
import { scripts, type ScriptName } from './scripts.js';

type Client = Redis | Cluster;

/** How Redis is doing. @publicApi */
export interface RedisHealth {
  readonly up: boolean;
  /** When it came up or went down, in milliseconds since 1970. */
  readonly since: number;
  /** Commands that wait for an answer. */
  readonly pending: number;
}

/**
 * The connections of one node: one for commands, those of a turn in one write, and one that listens (in a Cluster one
 * for each shard). Whatever cannot be had in time is UNAVAILABLE.
 */
export class RedisConnection {
  readonly sharded: boolean;
  /** Called when what was said meanwhile may have been missed. */
  onGap: () => void = () => {};
  onMessage: (channel: string, message: string) => void = () => {};
  readonly #commands: Client;
  readonly #subscriber: Client;
  readonly #own: Client[];
  readonly #logger = new Logger('Roost');
  #pending = 0;
  #corked = false;
  #health = { up: false, since: Date.now() };
  #closed = false;

  constructor(private readonly options: ResolvedRedisOptions) {
    this.#commands = connect(options);
    this.#subscriber = connect(options);
    this.sharded = this.#commands instanceof Cluster;
    this.#own = [this.#commands, this.#subscriber];
    for (const one of this.#own) one.on('error', (error: Error) => this.#failed(error));
    this.#commands.on('ready', () => this.#cameUp());
    this.#commands.on('close', () => this.#wentDown());
    this.#subscriber.on('ready', () => this.onGap());
    this.#subscriber.on(this.sharded ? 'smessage' : 'message', (channel: string, message: string) => {
      this.onMessage(channel, message);
    });
  }

  get health(): RedisHealth {
    return { ...this.#health, pending: this.#pending };
  }

  /** Name of the command that scripts publish with. */
  get publishCommand(): 'PUBLISH' | 'SPUBLISH' {
    return this.sharded ? 'SPUBLISH' : 'PUBLISH';
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.command((client) =>
      this.sharded ? client.spublish(channel, message) : client.publish(channel, message),
    );
  }

  /** Runs a script; again where the connection broke meanwhile, so that it may run twice. */
  run(
    name: ScriptName,
    keys: readonly string[],
    args: (again: boolean) => readonly (string | number)[],
  ): Promise<unknown> {
    const { sha, source } = scripts[name];
    return this.command(async (client, again) => {
      const rest = [keys.length, ...keys, ...args(again)] as [number, ...(string | number)[]];
      try {
        return await client.evalsha(sha, ...rest);
      } catch (error) {
        if (!String(error).includes('NOSCRIPT')) throw error;
        return client.eval(source, ...rest);
      }
    });
  }

  /**
   * Runs a command in time, again where the connection broke meanwhile.
   *
   * @throws {RoostException} UNAVAILABLE
   */
  async command<T>(run: (client: Client, again: boolean) => Promise<T>): Promise<T> {
    const { commandTimeout, pendingCommands } = this.options;
    if (this.#closed || this.#pending >= pendingCommands) throw unavailable();
    this.#pending++;
    const until = Date.now() + commandTimeout;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(unavailable()), commandTimeout).unref();
    });
    try {
      return await Promise.race([this.#attempts(run, until), late]);
    } finally {
      clearTimeout(timer);
      this.#pending--;
    }
  }

  async subscribe(channel: string): Promise<void> {
    await this.#listen(() =>
      this.sharded ? this.#subscriber.ssubscribe(channel) : this.#subscriber.subscribe(channel),
    );
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#listen(() =>
      this.sharded ? this.#subscriber.sunsubscribe(channel) : this.#subscriber.unsubscribe(channel),
    );
  }

  /** The subscriptions are connected, and nothing comes: connects anew. */
  reconnectSubscriber(): void {
    this.#logger.warn('Redis: subscriptions are silent; connecting anew');
    this.#subscriber.disconnect(true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const one of this.#own) one.disconnect();
  }

  async #attempts<T>(run: (client: Client, again: boolean) => Promise<T>, until: number): Promise<T> {
    for (let again = false; ; again = true) {
      try {
        this.#cork();
        return await run(this.#commands, again);
      } catch (error) {
        if (!isBroken(error)) throw asUnavailable(error);
        if (this.#closed || Date.now() >= until) throw unavailable(error);
        await new Promise((resolve) => setTimeout(resolve, 50).unref());
      }
    }
  }

  /** Commands need not wait for each other's answers; they need not have a write of their own either. */
  #cork(): void {
    const client = this.#commands;
    if (this.#corked || client instanceof Cluster || client.status !== 'ready') return;
    const { stream } = client;
    this.#corked = true;
    stream.cork();
    setImmediate(() => {
      this.#corked = false;
      stream.uncork();
    });
  }

  async #listen(run: () => Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(unavailable()), this.options.commandTimeout).unref();
    });
    try {
      await Promise.race([run(), late]);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #cameUp(): void {
    if (this.#health.up) return;
    this.#health = { up: true, since: Date.now() };
    this.#logger.log('Redis: connected');
  }

  #wentDown(): void {
    if (!this.#health.up || this.#closed) return;
    this.#health = { up: false, since: Date.now() };
    this.#logger.warn('Redis: the connection is lost');
  }

  #failed(error: Error): void {
    // While it is away every attempt fails; that it is away was said.
    if (this.#health.up) this.#logger.error(`Redis: ${error.message}`);
  }
}

const COMMON = {
  // Whether a command that was under way has run is not known; what may be repeated is repeated by us.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  // After a failover the server may be a replica by now.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 1 : false),
  retryStrategy: (times: number) => Math.min(50 * 2 ** times, 1_000),
} as const;

/** A new connection, as the options say; one that was handed in is only copied. */
function connect({ client, url }: ResolvedRedisOptions): Client {
  if (client === undefined) return new Redis(url, COMMON);
  const given = typeof client === 'function' ? client() : client;
  const copy =
    given instanceof Cluster ? given.duplicate([], { shardedSubscribers: true } as never) : given.duplicate(COMMON);
  if (typeof client === 'function') given.disconnect();
  return copy;
}

/** The command may or may not have run. */
function isBroken(error: unknown): boolean {
  return /Connection is closed|Command aborted|ECONNRESET|ECONNREFUSED|CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|TRYAGAIN|UNBLOCKED|None of startup nodes|Cluster is not ready|Stream isn't writeable/i.test(
    String(error),
  );
}

function asUnavailable(error: unknown): unknown {
  return error instanceof RoostException ? error : unavailable(error);
}

function unavailable(cause?: unknown): RoostException {
  return new RoostException('UNAVAILABLE', 'the store does not answer', { cause });
}
