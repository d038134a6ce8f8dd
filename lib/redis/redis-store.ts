import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { RoostException, type Position } from '../protocol/index.js';
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
import { Comparisons } from './comparisons.js';
import { RedisConnection, unavailable, type RedisHealth } from './connection.js';
import { channelMessage, messageText, readEntry, retractionText } from './entry-text.js';
import { Feed, type Comparison, type FeedHost, type LogState, type ReadEntries } from './feed.js';
import { Keys } from './keys.js';
import { Lease } from './lease.js';
import { resolveRedisOptions, type RedisStoreOptions, type ResolvedRedisOptions } from './options.js';
import { RedisBans } from './redis-bans.js';
import { RedisCluster } from './redis-cluster.js';
import { Subscriptions } from './subscriptions.js';
import { uniqueText } from './unique-text.js';

/** Milliseconds that a room's epoch outlives the last one who used it, at least. */
const KEEP = 120_000;

/**
 * Keeps rooms and sessions in Redis, so that all nodes with the same Redis and prefix act as one.
 *
 * A room is a list with a hash beside it; appending assigns the offset, stores and tells the nodes in one script. What
 * Redis tells may be lost, and offsets show it: what is missing is read from the list before anything later is
 * delivered. Every entry has a nonce, and is told with the nonce of the one before: where a server that took over has
 * lost the end of a log, offsets that were given out are given out anew, and a node sees that what follows does not
 * follow on what it has. The room gets another epoch then.
 *
 * @publicApi
 */
export class RedisStore implements Store {
  readonly cluster: RedisCluster;
  readonly bans: RedisBans;
  readonly #options: ResolvedRedisOptions;
  readonly #redis: RedisConnection;
  readonly #subscriptions: Subscriptions;
  readonly #comparisons: Comparisons;
  readonly #keys: Keys;
  readonly #feeds = new Map<string, Feed>();
  readonly #logger = new Logger('Roost');
  readonly #leases = new Set<Lease>();
  readonly #host: FeedHost;

  constructor(options: RedisStoreOptions = {}) {
    this.#options = resolveRedisOptions(options);
    const node = randomBytes(9).toString('base64url');
    this.#keys = new Keys(this.#options.prefix);
    this.#redis = new RedisConnection(this.#options);
    this.#subscriptions = new Subscriptions(this.#redis, this.#keys, this.#options, node);
    this.cluster = new RedisCluster(node, this.#redis, this.#subscriptions, this.#keys, this.#options);
    this.bans = new RedisBans(this.#redis, this.#keys, this.#options);
    this.#comparisons = new Comparisons(this.#options.check, this.#feeds);
    this.#subscriptions.onMessage = (channel, message) => this.#heard(channel, message);
    this.#subscriptions.onHeard = (channels) => {
      for (const channel of channels) {
        const feed = this.#feeds.get(channel);
        this.#comparisons.add(feed);
        feed?.missed();
      }
    };
    this.#redis.onUp = () => {
      this.cluster.renew();
      for (const lease of this.#leases) void lease.renew();
    };
    this.#host = {
      patience: this.#options.commandTimeout,
      listen: (room) => this.#subscriptions.add(this.#keys.live(room)),
      ignore: (room) => this.#subscriptions.remove(this.#keys.live(room)),
      check: (...asked) => this.#check(...asked),
      read: (room, since, limit, bytes) => this.#read(room, { since, limit, bytes }),
      onSilence: () => this.#subscriptions.probe(),
      onEmpty: (feed) => {
        const channel = this.#keys.live(feed.room);
        if (this.#feeds.get(channel) === feed) this.#feeds.delete(channel);
      },
      onError: (error, what) => this.#logger.warn(`${what}: ${String(error)}`),
    };
  }

  /** How Redis is doing, as this node sees it. */
  get health(): RedisHealth {
    return { ...this.#redis.health, listening: this.#subscriptions.healthy };
  }

  async append(room: string, draft: Draft, retention: Retention | undefined): Promise<Position> {
    const nonce = uniqueText();
    const added = await this.#add(room, messageText(draft, nonce), nonce, retention, undefined);
    return this.#told(room, added, nonce, { kind: 'message', offset: added.offset, ...draft });
  }

  async publish(room: string, message: Ephemeral): Promise<void> {
    const channel = this.#keys.live(room);
    const local = this.#options.onStoreDown === 'local';
    try {
      // Who hears it anyway need not wait until Redis is there.
      if (local && !this.#redis.health.up) throw unavailable();
      await this.#redis.publish(channel, channelMessage('p', messageText(message, '')));
    } catch (error) {
      if (!local) throw error;
      this.#feeds.get(channel)?.ephemeral(message);
    }
  }

  async retract(
    room: string,
    target: number,
    ts: number,
    retention: Retention | undefined,
  ): Promise<Position | undefined> {
    if (!Number.isSafeInteger(target) || target < 1) return undefined;
    const nonce = uniqueText();
    const added = await this.#add(room, retractionText(target, ts, nonce), nonce, retention, target);
    if (!added.done) return undefined;
    return this.#told(room, added, nonce, { kind: 'retract', offset: added.offset, target, ts });
  }

  async read(room: string, query: ReadQuery): Promise<Page> {
    return (await this.#read(room, query)).page;
  }

  async span(room: string): Promise<Span> {
    const [epoch, oldest, top, , , , rev] = await this.#ask(room, 'span', 0, 0, 0);
    return { epoch, oldest, top, rev: Number(rev) };
  }

  subscribe(room: string, retention: Retention | undefined, listener: LogListener): Promise<Subscription> {
    const channel = this.#keys.live(room);
    let feed = this.#feeds.get(channel);
    if (feed === undefined) {
      feed = new Feed(room, retention, this.#host);
      this.#comparisons.schedule(feed);
      this.#feeds.set(channel, feed);
    }
    return feed.subscribe(listener, retention);
  }

  async elect(task: string, onChange: (elected: boolean) => void): Promise<Election> {
    const lease = new Lease(this.#redis, this.#keys.task(task), this.cluster.node, this.#options.lease, onChange);
    this.#leases.add(lease);
    await lease.start();
    return {
      get holds() {
        return lease.holds;
      },
      close: () => {
        this.#leases.delete(lease);
        void lease.close();
      },
    };
  }

  async close(): Promise<void> {
    this.#comparisons.close();
    await Promise.all(Array.from(this.#leases, (lease) => lease.close()));
    this.cluster.close();
    this.#subscriptions.close();
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
  ): Promise<Position & { readonly done: boolean; readonly before: string }> {
    const channel = this.#keys.live(room);
    const known = this.#feeds.get(channel)?.position;
    const { size = '', bytes = '', ttl = '' } = retention ?? {};
    const [epoch, offset, done, before] = (await this.#redis.run('append', [this.#keys.meta(room), this.#keys.log(room)], (again) => [
      channel, this.#redis.publishCommand, text, nonce, this.#options.date(), size, bytes, ttl, uniqueText(),
      known?.epoch ?? '', known?.offset ?? 0, again ? '1' : '0', this.#keep, target ?? '',
    ])) as [string, number, number, string]; // prettier-ignore
    // The connection broke while it was asked for, and so much has been added since that nobody can say.
    if (done === -1) throw new RoostException('UNAVAILABLE', 'the store lost the connection, and may have done it');
    return { epoch, offset, done: done === 1, before };
  }

  /** Tells this node's listeners of an entry, before Redis does. */
  async #told(
    room: string,
    { epoch, offset, before }: Position & { readonly before: string },
    nonce: string,
    entry: Entry,
  ): Promise<Position> {
    const feed = this.#feeds.get(this.#keys.live(room));
    feed?.take(epoch, entry, nonce, before);
    await feed?.reached({ epoch, offset });
    return { epoch, offset };
  }

  async #read(room: string, query: ReadQuery): Promise<ReadEntries> {
    const { since, before, limit, bytes } = query;
    const most = Math.min(bytes, 64 * 1024 * 1024);
    const result =
      before === undefined
        ? await this.#ask(room, 'since', since ?? 0, limit, most)
        : await this.#ask(room, 'before', before, limit, most);
    const [epoch, oldest, top, more, first, nonce, ...texts] = result;
    const found = texts.map((text, index) => readEntry(text, first + index));
    const entries = found.map(({ entry }) => entry);
    return {
      page: { epoch, oldest, top, more: more === 1, entries },
      nonces: found.map((one) => one.nonce),
      before: nonce === '' ? undefined : nonce,
    };
  }

  async #ask(
    room: string,
    what: 'span' | 'since' | 'before',
    offset: number,
    limit: number,
    bytes: number,
  ): Promise<[string, number, number, number, number, string, ...string[]]> {
    const keys = [this.#keys.meta(room), this.#keys.log(room), this.#keys.roster(room)];
    const answer = (await this.#redis.run('read', keys, () => [
      this.#options.date(), uniqueText(), what, offset, limit, bytes, this.#keep,
    ])) as [string, number, number, number, number, string, ...string[]]; // prettier-ignore
    const feed = this.#feeds.get(this.#keys.live(room));
    // The log has begun anew, and this node has not heard of it.
    if (feed !== undefined && feed.position.epoch !== answer[0]) this.#comparisons.add(feed);
    return answer;
  }

  async #check(
    room: string,
    known: LogState | undefined,
    retention: Retention | undefined,
    renew: boolean,
  ): Promise<Comparison> {
    const { size = '', bytes = '', ttl = '' } = retention ?? {};
    const keys = [this.#keys.meta(room), this.#keys.log(room), this.#keys.roster(room)];
    const [epoch, offset, nonce, lost, rev, start, at] = (await this.#redis.run('check', keys, () => [
      this.#keys.live(room), this.#redis.publishCommand, known?.epoch ?? '', known?.offset ?? 0, known?.nonce ?? '', uniqueText(),
      this.#keep, size, bytes, ttl, renew ? '1' : '0',
    ])) as [string, number, string, number, number, number, string]; // prettier-ignore
    return { epoch, offset, nonce, lost: lost === 1, rev, start: { epoch, offset: start, nonce: at } };
  }

  /** Milliseconds that what belongs to a room is kept at least: a session that comes back finds its rooms' epochs. */
  get #keep(): number {
    return Math.max(KEEP, this.cluster.sessionTtl);
  }

  // ---- what is heard -----------------------------------------------------------------------------------------------

  #heard(channel: string, message: string): void {
    try {
      const feed = this.#feeds.get(channel);
      if (feed === undefined) this.cluster.heard(channel, message);
      else feed.heard(message);
    } catch (error) {
      // Whoever has access to Redis may say anything.
      this.#logger.error(`Redis: a message that cannot be read in ${channel}: ${String(error)}`);
    }
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
