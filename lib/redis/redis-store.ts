import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Position } from '../protocol/index.js';
import type {
  Draft,
  Election,
  Entry,
  Ephemeral,
  LogListener,
  Page,
  ReadQuery,
  Retention,
  Span,
  Store,
  Subscription,
} from '../store/store.js';
import { RedisConnection, type RedisHealth } from './connection.js';
import { channelMessage, messageText, readEntry, retractionText } from './entry-text.js';
import { Feed, type FeedHost, type LogState } from './feed.js';
import { Keys } from './keys.js';
import { Lease } from './lease.js';
import { resolveRedisOptions, type RedisStoreOptions, type ResolvedRedisOptions } from './options.js';
import { RedisBans } from './redis-bans.js';
import { RedisCluster } from './redis-cluster.js';

/** Milliseconds that a room's epoch outlives the last one who used it, at least. */
const KEEP = 120_000;
/** How often it is looked which rooms are to be compared with their logs, in milliseconds. */
const LOOK = 1_000;
/** Silences in a row after which the subscriptions are connected anew. */
const SILENCES = 3;

/**
 * Keeps rooms and sessions in Redis, so that all nodes with the same Redis and prefix act as one.
 *
 * A room is a list with a hash beside it; appending assigns the offset, stores and tells the nodes in one script. What
 * Redis tells may be lost, and offsets show it: what is missing is read from the list before anything later is
 * delivered. Every entry has a nonce, by which a node knows its top again: where a server that took over has lost the
 * end of a log, offsets that were given out would be given out anew, and the room gets another epoch instead.
 *
 * @publicApi
 */
export class RedisStore implements Store {
  readonly cluster: RedisCluster;
  readonly bans: RedisBans;
  readonly #options: ResolvedRedisOptions;
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #feeds = new Map<string, Feed>();
  readonly #logger = new Logger('Roost');
  readonly #leases = new Set<Lease>();
  readonly #host: FeedHost;
  #look: NodeJS.Timeout | undefined;
  #silences = 0;

  constructor(options: RedisStoreOptions = {}) {
    this.#options = resolveRedisOptions(options);
    this.#keys = new Keys(this.#options.prefix);
    this.#redis = new RedisConnection(this.#options);
    this.cluster = new RedisCluster(this.#redis, this.#keys, this.#options);
    this.bans = new RedisBans(this.#redis, this.#keys, this.#options);
    this.#redis.onMessage = (channel, message) => this.#heard(channel, message);
    this.#redis.onGap = () => this.#compareAll();
    this.#host = {
      listen: (room) => this.#redis.subscribe(this.#keys.live(room)),
      ignore: (room) => void this.#redis.unsubscribe(this.#keys.live(room)).catch(() => {}),
      check: (room, known, retention) => this.#check(room, known, retention),
      read: (room, since, limit, bytes) => this.#read(room, { since, limit, bytes }),
      onSilence: () => this.#silent(),
      onEmpty: (feed) =>
        this.#feeds.get(this.#keys.live(feed.room)) === feed && this.#feeds.delete(this.#keys.live(feed.room)),
      onError: (error, what) => this.#logger.warn(`${what}: ${String(error)}`),
    };
    this.#look = setInterval(() => this.#compareDue(), LOOK).unref();
  }

  /** How Redis is doing, as this node sees it. */
  get health(): RedisHealth {
    return this.#redis.health;
  }

  async append(room: string, draft: Draft, retention: Retention | undefined): Promise<Position> {
    const nonce = newNonce();
    const added = await this.#add(room, messageText(draft, nonce), nonce, retention, undefined);
    return this.#told(room, added, nonce, { kind: 'message', offset: added.offset, ...draft });
  }

  async publish(room: string, message: Ephemeral): Promise<void> {
    const text = channelMessage('p', messageText(message, ''));
    try {
      await this.#redis.publish(this.#keys.live(room), text);
    } catch (error) {
      if (this.#options.onStoreDown !== 'local') throw error;
      this.#feeds.get(this.#keys.live(room))?.ephemeral(message);
    }
  }

  async retract(
    room: string,
    target: number,
    ts: number,
    retention: Retention | undefined,
  ): Promise<Position | undefined> {
    if (!Number.isSafeInteger(target) || target < 1) return undefined;
    const nonce = newNonce();
    const added = await this.#add(room, retractionText(target, ts, nonce), nonce, retention, target);
    if (!added.done) return undefined;
    return this.#told(room, added, nonce, { kind: 'retract', offset: added.offset, target, ts });
  }

  async read(room: string, query: ReadQuery): Promise<Page> {
    return (await this.#read(room, query)).page;
  }

  async span(room: string): Promise<Span> {
    const { epoch, oldest, top } = (await this.#read(room, { limit: 0, bytes: 0 })).page;
    return { epoch, oldest, top };
  }

  subscribe(room: string, retention: Retention | undefined, listener: LogListener): Promise<Subscription> {
    const channel = this.#keys.live(room);
    let feed = this.#feeds.get(channel);
    if (feed === undefined) {
      feed = new Feed(room, retention, this.#host);
      feed.dueAt = this.#nextCheck();
      this.#feeds.set(channel, feed);
    }
    return feed.subscribe(listener, retention);
  }

  async elect(task: string, onChange: (elected: boolean) => void): Promise<Election> {
    const lease = new Lease(this.#redis, this.#keys.task(task), this.cluster.node, this.#options.lease, onChange);
    this.#leases.add(lease);
    await lease.start();
    return {
      close: () => {
        this.#leases.delete(lease);
        void lease.close();
      },
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    await Promise.all(Array.from(this.#leases, (lease) => lease.close()));
    this.cluster.close();
    await this.#redis.close();
    this.#feeds.clear();
  }

  // ---- the log -----------------------------------------------------------------------------------------------------

  async #add(
    room: string,
    text: string,
    nonce: string,
    retention: Retention | undefined,
    target: number | undefined,
  ): Promise<Position & { readonly done: boolean }> {
    const channel = this.#keys.live(room);
    const known = this.#feeds.get(channel)?.position;
    const { size = '', bytes = '', ttl = '' } = retention ?? {};
    const [epoch, offset, done] = (await this.#redis.run('append', [this.#keys.meta(room), this.#keys.log(room)], (again) => [
      channel, this.#redis.publishCommand, text, nonce, this.#options.date(), size, bytes, ttl, newEpoch(),
      known?.epoch ?? '', known?.offset ?? 0, again ? '1' : '0', KEEP, target ?? '',
    ])) as [string, number, number]; // prettier-ignore
    return { epoch, offset, done: done === 1 };
  }

  /** Tells this node's listeners of an entry, before Redis does. */
  async #told(room: string, { epoch, offset }: Position, nonce: string, entry: Entry): Promise<Position> {
    const feed = this.#feeds.get(this.#keys.live(room));
    feed?.take(epoch, entry, nonce);
    await feed?.reached({ epoch, offset });
    return { epoch, offset };
  }

  async #read(room: string, query: ReadQuery): Promise<{ page: Page; nonces: string[] }> {
    const { since, before, limit, bytes } = query;
    const mode = limit === 0 ? 'span' : before === undefined ? 'since' : 'before';
    const most = Math.min(bytes, 64 * 1024 * 1024);
    const result = (await this.#redis.run('read', [this.#keys.meta(room), this.#keys.log(room)], () => [
      this.#options.date(), newEpoch(), mode, before ?? since ?? 0, limit, most, KEEP,
    ])) as [string, number, number, number, number, ...string[]]; // prettier-ignore
    const [epoch, oldest, top, more, first, ...texts] = result;
    const found = texts.map((text, index) => readEntry(text, first + index));
    const entries = found.map(({ entry }) => entry);
    return { page: { epoch, oldest, top, more: more === 1, entries }, nonces: found.map(({ nonce }) => nonce) };
  }

  async #check(room: string, known: LogState | undefined, retention: Retention | undefined): Promise<LogState> {
    const { size = '', bytes = '', ttl = '' } = retention ?? {};
    const [epoch, offset, nonce] = (await this.#redis.run('check', [this.#keys.meta(room), this.#keys.log(room)], () => [
      this.#keys.live(room), this.#redis.publishCommand, known?.epoch ?? '', known?.offset ?? 0, known?.nonce ?? '', newEpoch(),
      Math.max(KEEP, Number(ttl)), size, bytes, ttl,
    ])) as [string, number, string]; // prettier-ignore
    return { epoch, offset, nonce };
  }

  // ---- what is heard -----------------------------------------------------------------------------------------------

  #heard(channel: string, message: string): void {
    const feed = this.#feeds.get(channel);
    if (feed === undefined) this.cluster.heard(channel, message);
    else {
      this.#silences = 0;
      feed.heard(message);
    }
  }

  /** What was told while there was no connection was told to nobody. */
  #compareAll(): void {
    for (const feed of this.#feeds.values()) {
      feed.compare();
      feed.missed();
    }
  }

  #compareDue(): void {
    const now = performance.now();
    for (const feed of this.#feeds.values()) {
      if (feed.dueAt > now) continue;
      feed.dueAt = this.#nextCheck();
      feed.compare();
    }
  }

  #nextCheck(): number {
    const [least, most] = this.#options.check;
    return performance.now() + least + Math.random() * (most - least);
  }

  /** Logs go on and nobody tells: after a failover a connection may live and bring nothing. */
  #silent(): void {
    if (++this.#silences < SILENCES) return;
    this.#silences = 0;
    this.#redis.reconnectSubscriber();
  }
}

/**
 * A store on Redis, for the `store` option of `RoostModule.forRoot`.
 *
 * @throws {TypeError} that names an option that cannot be
 * @publicApi
 */
export function redisStore(options: RedisStoreOptions = {}): RedisStore {
  return new RedisStore(options);
}

function newNonce(): string {
  return randomBytes(6).toString('base64url');
}

function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}
