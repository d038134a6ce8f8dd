import { Logger } from '@nestjs/common';
import { Command, Redis } from 'ioredis';
import { connect, connectionOptions, isCluster } from './client.js';
import { unavailable, type RedisConnection } from './connection.js';
import type { Keys } from './keys.js';
import { Listener, type ListenerHost } from './listener.js';
import type { ResolvedRedisOptions } from './options.js';
import { Probe } from './probe.js';

/** Milliseconds between two looks at which shard has which slots, where channels have moved. */
const LOOK = 200;
/** Names that are tried for a channel of one shard; it takes a few on average, one for each shard. */
const NAMES = 100_000;
/** Stands for the address where there are no shards. */
const WHOLE = '';

interface Shard {
  readonly listener: Listener;
  readonly probe: Probe;
}

/**
 * What a node hears: one connection, in a Cluster one for each shard, each probed. Channels are heard until they are
 * removed, whatever becomes of connections and of shards.
 */
export class Subscriptions {
  onMessage: (channel: string, message: string) => void = () => {};
  /** These are heard from now on, for the first time or again: what was said before may have been missed. */
  onHeard: (channels: readonly string[]) => void = () => {};
  /** By address. */
  readonly #shards = new Map<string, Shard>();
  readonly #probes = new Map<string, Probe>();
  /** All that are wanted, with the listener's shard; nothing where that is not known. */
  readonly #channels = new Map<string, string | undefined>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #logger = new Logger('Roost');
  readonly #timer: NodeJS.Timeout;
  #look: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: Keys,
    private readonly options: ResolvedRedisOptions,
    private readonly node: string,
  ) {
    const { client } = redis;
    if (isCluster(client)) client.on('refresh', () => this.#route());
    this.#route();
    this.#timer = setInterval(() => this.probe(), options.probe).unref();
  }

  /** Whether all connections are there, and bring what is published. */
  get healthy(): boolean {
    const shards = [...this.#shards.values()];
    return shards.length > 0 && shards.every(({ listener, probe }) => listener.connected && probe.healthy);
  }

  /**
   * Settles when the channel is heard.
   *
   * @throws {RoostException} UNAVAILABLE where it is not in time; it is heard later all the same, until it is removed
   */
  add(channel: string): Promise<void> {
    const heard = new Promise<void>((resolve, reject) => {
      const waiting = this.#waiting.get(channel) ?? new Set();
      this.#waiting.set(channel, waiting);
      const over = (): void => {
        clearTimeout(timer);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(channel) === waiting) this.#waiting.delete(channel);
      };
      const settle = (): void => {
        over();
        if (this.#closed) reject(unavailable());
        else resolve();
      };
      const timer = setTimeout(() => {
        over();
        reject(unavailable());
      }, this.options.commandTimeout).unref();
      waiting.add(settle);
    });
    this.#place(channel);
    return heard;
  }

  remove(channel: string): void {
    const address = this.#channels.get(channel);
    this.#channels.delete(channel);
    if (address !== undefined) this.#shards.get(address)?.listener.remove(channel);
  }

  /** Looks whether what is published arrives. */
  probe(): void {
    for (const { listener, probe } of this.#shards.values()) if (listener.connected) void probe.send();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#look);
    for (const waiting of this.#waiting.values()) for (const settle of [...waiting]) settle();
    for (const { listener, probe } of this.#shards.values()) {
      probe.reset();
      listener.close();
    }
  }

  // ---- which connection hears what ---------------------------------------------------------------------------------

  /** Address of the shard that has a channel: nothing where it is not known. Without shards there is one, of no name. */
  #shardOf(channel: string): string | undefined {
    const { client } = this.redis;
    return isCluster(client) ? client.slots[slotOf(channel)]?.[0] : WHOLE;
  }

  #place(channel: string): void {
    const address = this.#shardOf(channel);
    this.#channels.set(channel, address);
    if (address !== undefined) (this.#shards.get(address) ?? this.#open(address)).listener.add(channel);
  }

  /** Puts each channel where it belongs by now. */
  #route(): void {
    const { client } = this.redis;
    const addresses = new Set(isCluster(client) ? client.slots.flatMap((nodes) => nodes[0] ?? []) : [WHOLE]);
    if (this.#closed || addresses.size === 0) return;
    for (const address of addresses) if (!this.#shards.has(address)) this.#open(address);
    for (const [channel, before] of this.#channels) {
      if (this.#shardOf(channel) === before) continue;
      if (before !== undefined) this.#shards.get(before)?.listener.remove(channel);
      this.#place(channel);
    }
    for (const [address, { listener, probe }] of this.#shards) {
      if (!addresses.has(address)) {
        this.#shards.delete(address);
        this.#forget(probe);
        listener.close();
      } else if (this.#shardOf(probe.channel) !== address) {
        this.#forget(probe);
        listener.remove(probe.channel);
        this.#shards.set(address, { listener, probe: this.#probeFor(address, listener) });
      }
    }
  }

  #open(address: string): Shard {
    const host: ListenerHost = {
      sharded: this.redis.sharded,
      onMessage: (channel, message) => {
        const probe = this.#probes.get(channel);
        if (probe === undefined) this.onMessage(channel, message);
        else probe.heard(message);
      },
      onHeard: (channels) => this.#heard(channels),
      onChange: () => this.#shards.get(address)?.probe.reset(),
      onMoved: () => this.#lookSoon(),
    };
    const listener = new Listener(this.#connectionTo(address), host);
    const shard = { listener, probe: this.#probeFor(address, listener) };
    this.#shards.set(address, shard);
    return shard;
  }

  #connectionTo(address: string): Redis {
    const { client } = this.redis;
    if (!isCluster(client)) return connect(this.options) as Redis;
    const known = client.nodes('all').find(({ options: { host, port } }) => `${host}:${port}` === address);
    const end = address.lastIndexOf(':');
    const place = { host: address.slice(0, end), port: Number(address.slice(end + 1)) };
    return new Redis({
      ...(known?.options ?? client.options.redisOptions),
      ...connectionOptions(this.options),
      ...place,
    });
  }

  #heard(channels: readonly string[]): void {
    for (const channel of channels) for (const settle of this.#waiting.get(channel) ?? []) settle();
    this.onHeard(channels.filter((channel) => this.#channels.has(channel)));
  }

  /** Asks the Cluster who has which slots, and for all channels again: which of them have moved is not said. */
  #lookSoon(): void {
    const { client } = this.redis;
    if (this.#look !== undefined || this.#closed || !isCluster(client)) return;
    this.#look = setTimeout(() => {
      client.refreshSlotsCache(() => {
        this.#look = undefined;
        this.#route();
        for (const { listener } of this.#shards.values()) listener.askAgain();
      });
    }, LOOK).unref();
  }

  // ---- whether it is heard -----------------------------------------------------------------------------------------

  #probeFor(address: string, listener: Listener): Probe {
    const channel = this.#probeChannel(address);
    const probe = new Probe(channel, this.options.commandTimeout, {
      publish: (to, message) => this.redis.publish(to, message),
      onDead: () => {
        this.#logger.warn(`Redis: what is published ${address && `at ${address} `}does not arrive; connecting anew`);
        listener.reconnect();
      },
    });
    this.#probes.set(channel, probe);
    listener.add(channel);
    return probe;
  }

  /** A channel of this node that is of the shard. */
  #probeChannel(address: string): string {
    for (let n = 0; n < NAMES; n++) {
      const channel = this.keys.probe(this.node, n);
      if (this.#shardOf(channel) === address && !this.#probes.has(channel)) return channel;
    }
    throw new Error(`of ${NAMES} channels none is of ${address}`);
  }

  #forget(probe: Probe): void {
    probe.reset();
    this.#probes.delete(probe.channel);
  }
}

function slotOf(channel: string): number {
  return new Command('get', [channel]).getSlot() ?? 0;
}
