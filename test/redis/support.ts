import { afterEach } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Position } from 'nestjs-roost';
import { redisStore, type RedisStore, type RedisStoreOptions } from 'nestjs-roost/redis';
import { Keys } from '../../lib/redis/keys.js';
import type { Entry, Ephemeral, LogListener, Retention, Subscription } from '../../lib/store/store.js';
import { Proxy } from '../support/proxy.js';
import { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

export const KEEP: Retention = { size: 10_000, bytes: 64 * 1024 * 1024, ttl: 3_600_000 };

/** Milliseconds that something may take to happen. */
const PATIENCE = 25_000;

/** What a test of stores needs, taken down after the test. */
export class Scene {
  readonly #ends: (() => Promise<unknown>)[] = [];

  /** For the top of a file. */
  static use(): Scene {
    const scene = new Scene();
    afterEach(() => scene.#end());
    return scene;
  }

  /** Something is to be taken down. */
  keep<T extends { end(): Promise<unknown> } | { close(): Promise<unknown> }>(one: T): T {
    this.#ends.push(() => ('end' in one ? one.end() : one.close()));
    return one;
  }

  async redis(...args: string[]): Promise<RedisServer> {
    return this.keep(await RedisServer.start(args));
  }

  async proxy(redis: RedisServer): Promise<Proxy> {
    return this.keep(await Proxy.to(redis.port));
  }

  store(options: RedisStoreOptions): RedisStore {
    return this.keep(redisStore({ commandTimeout: 5_000, ...options }));
  }

  async #end(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }
}

/** Where a store finds Redis. */
export function at({ port }: { readonly port: number }): { readonly url: string } {
  return { url: `redis://127.0.0.1:${port}` };
}

/** Two ways to Redis: the first connection is for commands, those after it listen. */
export function apart(commands: number, listening: number): () => Redis {
  let made = 0;
  return () => new Redis({ port: made++ === 0 ? commands : listening, host: '127.0.0.1', lazyConnect: true });
}

/** What a node hears of a room: data of messages, and `gap` where continuity is broken. */
export class Ear implements LogListener {
  readonly heard: unknown[] = [];
  readonly offsets: number[] = [];
  position: Position = { epoch: '', offset: 0 };
  subscription: Subscription | undefined;
  readonly #waiters = new Set<() => void>();

  static async at(store: RedisStore, room: string, retention = KEEP): Promise<Ear> {
    const ear = new Ear();
    ear.subscription = await store.subscribe(room, retention, ear);
    ear.position = ear.subscription.position;
    return ear;
  }

  entry(entry: Entry): void {
    this.offsets.push(entry.offset);
    this.#hear(entry.kind === 'message' ? (JSON.parse(entry.data) as unknown) : `retract ${entry.target}`);
  }

  ephemeral(message: Ephemeral): void {
    this.#hear(`~${JSON.parse(message.data) as string}`);
  }

  cut(position: Position): void {
    this.position = position;
    this.#hear('gap');
  }

  /** Settles when it has heard so many things. */
  async has(count: number): Promise<void> {
    await this.hears(() => this.heard.length >= count, `${count} things`);
  }

  /** Settles when it has heard what was waited for. */
  async hears(enough: () => boolean, what: string): Promise<void> {
    if (enough()) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!enough()) return;
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`waited for ${what} to be heard, not ${JSON.stringify(this.heard.slice(-50))}`));
      }, PATIENCE);
      this.#waiters.add(look);
    });
  }

  #hear(what: unknown): void {
    this.heard.push(what);
    for (const look of this.#waiters) look();
  }
}

/**
 * Does something whose bytes are held back, and breaks the connection so that its client sees it and Redis does not: what
 * was sent is asked for again on another connection.
 *
 * @returns how it ended, and what brings the bytes to Redis at last
 */
export async function scatter<T>(
  proxy: Proxy,
  work: () => Promise<T>,
): Promise<{ readonly done: Promise<T>; readonly arrive: () => Promise<void> }> {
  const breaks = proxy.strand();
  const done = work();
  await until(
    () => proxy.carried.some(({ stranded }) => stranded > 0),
    () => 'what was sent to be under way',
  );
  return { done, arrive: breaks() };
}

/** Does something for each, in order, so many at a time: more would wait for each other. */
export async function inGroups<T, U>(
  all: readonly T[],
  size: number,
  work: (one: T, index: number) => Promise<U>,
): Promise<U[]> {
  const done: U[] = [];
  for (let from = 0; from < all.length; from += size) {
    const group = all.slice(from, from + size);
    done.push(...(await Promise.all(group.map((one, n) => work(one, from + n)))));
  }
  return done;
}

export function say(store: RedisStore, room: string, data: unknown, retention = KEEP): Promise<Position> {
  return store.append(room, { event: 'say', data: JSON.stringify(data), ts: Date.now() }, retention);
}

/** Says something as often as it takes. */
export async function sayAtLast(store: RedisStore, room: string, data: unknown): Promise<Position> {
  let position: Position | undefined;
  await until(
    async () => (position = await say(store, room, data).catch(() => undefined)) !== undefined,
    () => `${JSON.stringify(data)} to be taken`,
  );
  return position as Position;
}

/** Tells everybody something that is kept nowhere. */
export function whisper(store: RedisStore, room: string, data: string): Promise<void> {
  return store.publish(room, { event: 'typing', data: JSON.stringify(data), ts: Date.now() });
}

/** What a failover does that loses the end of a room's log: it is as it was when its top was this. */
export async function loseEnd(redis: RedisServer, room: string, top: number): Promise<void> {
  const keys = new Keys('roost:');
  await redis.ask(async (client) => {
    await client.ltrim(keys.log(room), 0, top - 1);
    const last = await client.lindex(keys.log(room), -1);
    await client.hset(keys.meta(room), 'top', top, 'nonce', last?.split('\u001f')[1] ?? '');
  });
}
