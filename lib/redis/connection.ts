import { Logger } from '@nestjs/common';
import { RoostException } from '../protocol/index.js';
import { connect, isCluster, isPassing, type Client } from './client.js';
import { fence } from './fence.js';
import type { ResolvedRedisOptions } from './options.js';
import { scripts, type ScriptName } from './scripts.js';

/** Milliseconds until a command is tried again that could not run. */
const AGAIN = 50;
/** Milliseconds between two lines of the log that say the same. */
const SILENCE = 10_000;

/** How Redis is doing, as this node sees it. @publicApi */
export interface RedisHealth {
  /** Whether it can be reached. */
  readonly up: boolean;
  /** When it came up or went down, in milliseconds since 1970. */
  readonly since: number;
  /** Commands that wait for an answer, or for a connection. */
  readonly pending: number;
  /** Whether what others say is heard: subscriptions are connected, and what is published arrives. */
  readonly listening: boolean;
  /** What Redis last refused to do, as `OOM command not allowed …`. */
  readonly lastError?: string;
}

/**
 * Where commands go: those of a turn in one write. Whatever cannot be had in time is UNAVAILABLE, which does not say
 * that it was not done: a command whose answer was lost may have run.
 */
export class RedisConnection {
  readonly client: Client;
  /** Called when it is connected (again). */
  onUp: () => void = () => {};
  readonly #logger = new Logger('Roost');
  #pending = 0;
  #corked = false;
  #up = false;
  #since = Date.now();
  #lastError: string | undefined;
  #unfencedSaid = false;
  #saidAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  /** Those who wait for a connection. */
  readonly #waiting = new Set<() => void>();

  constructor(private readonly options: ResolvedRedisOptions) {
    this.client = connect(options);
    fence(this.client, (error) => this.#unfenced(error));
    this.client.on('error', (error: Error) => this.#failed(error));
    this.client.on('ready', () => this.#cameUp());
    this.client.on('close', () => this.#wentDown());
  }

  get health(): Omit<RedisHealth, 'listening'> {
    return {
      up: this.#up,
      since: this.#since,
      pending: this.#pending,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  /** Whether keys and channels are spread over shards. */
  get sharded(): boolean {
    return isCluster(this.client);
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

  /**
   * Runs a script; again where the connection broke meanwhile, so that it may run twice.
   *
   * @param args told whether it may have run already
   */
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
    const until = performance.now() + commandTimeout;
    for (let again = false; ; again = true) {
      if (this.client.status !== 'ready') await this.#ready(until);
      try {
        this.#cork();
        return await this.#inTime(run(this.client, again), until);
      } catch (error) {
        if (error instanceof RoostException) throw error;
        if (!isPassing(error)) this.#refused(error);
        if (!isPassing(error) || this.#closed || performance.now() + AGAIN > until) throw unavailable(error);
        await new Promise((resolve) => setTimeout(resolve, AGAIN).unref());
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting) wake();
    this.client.disconnect();
  }

  /** Waits for an answer. What comes too late still counts as pending, until its connection is given up. */
  #inTime<T>(answer: Promise<T>, until: number): Promise<T> {
    this.#pending++;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(unavailable()), until - performance.now()).unref();
      const over = (): void => {
        this.#pending--;
        clearTimeout(timer);
      };
      answer.then(
        (result) => {
          over();
          resolve(result);
        },
        (error: Error) => {
          over();
          reject(error);
        },
      );
    });
  }

  /** Waits for a connection. */
  async #ready(until: number): Promise<void> {
    this.#pending++;
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.add(wake);
    const timer = setTimeout(wake, until - performance.now()).unref();
    await woken;
    this.#pending--;
    this.#waiting.delete(wake);
    clearTimeout(timer);
    if (this.#closed || this.client.status !== 'ready') throw unavailable();
  }

  /** Commands need not wait for each other's answers; they need not have a write of their own either. */
  #cork(): void {
    if (this.#corked) return;
    const { client } = this;
    const streams = (isCluster(client) ? client.nodes('master') : [client])
      .filter(({ status }) => status === 'ready')
      .map(({ stream }) => stream);
    this.#corked = true;
    for (const stream of streams) stream.cork();
    setImmediate(() => {
      this.#corked = false;
      for (const stream of streams) stream.uncork();
    });
  }

  #cameUp(): void {
    for (const wake of this.#waiting) wake();
    if (!this.#up) {
      this.#up = true;
      this.#since = Date.now();
      this.#logger.log('Redis: connected');
    }
    this.onUp();
  }

  #wentDown(): void {
    if (!this.#up || this.#closed) return;
    this.#up = false;
    this.#since = Date.now();
    this.#logger.warn('Redis: the connection is lost');
  }

  #failed(error: Error): void {
    // While it is away every attempt fails; that it is away was said.
    if (this.#up && !this.#closed) this.#logger.error(`Redis: ${error.message}`);
  }

  #unfenced(error: unknown): void {
    if (this.#unfencedSaid) return;
    this.#unfencedSaid = true;
    const reason = (error as Error).message;
    this.#logger.warn(
      `Redis: CLIENT KILL and CLIENT INFO are refused, so that a broken connection may be late: ${reason}`,
    );
  }

  /** Redis answers, and will not do it: who asked hears that it is unavailable, and the log why. */
  #refused(error: unknown): void {
    const text = (error as Error).message;
    const again = text === this.#lastError && performance.now() - this.#saidAt < SILENCE;
    this.#lastError = text;
    if (again) return;
    this.#saidAt = performance.now();
    this.#logger.error(`Redis refuses: ${text}`);
  }
}

export function unavailable(cause?: unknown): RoostException {
  return new RoostException('UNAVAILABLE', 'the store does not answer', { cause });
}
