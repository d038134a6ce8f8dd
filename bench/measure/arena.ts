import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../channel.js';
import type { ConversationOptions } from '../load/conversation.js';
import type { ComeBackOptions, CrowdOptions, Latencies } from '../load/crowd.js';
import type { LoadRequests, LoadSample } from '../load/load.js';
import type { ServerOptions } from '../servers/options.js';
import type { Offer } from '../servers/publisher.js';
import type { Memory, ServerRequests, ServerSample } from '../servers/server.js';
import type { Peer } from './peers.js';
import { RedisServer, type RedisSample } from './redis.js';
import type { Times } from './rounds.js';

/**
 * What was seen in a window of time. Rates are per second, CPU is a share of one core. Where there are several nodes the
 * server is all of them.
 */
export interface Window {
  readonly published: number;
  /** Whether the server was so far behind that messages were never published. */
  readonly overloaded: boolean;
  readonly deliveries: number;
  readonly answers: number;
  /** Payload bytes of one delivery. */
  readonly bytes: number;
  /** Share of the deliveries that were compressed. */
  readonly compressed: number;
  readonly serverCpu: number;
  readonly loadCpu: number;
  /** 0 where there is none. */
  readonly redisCpu: number;
  /** Microseconds of the server's CPU. */
  readonly cpuPerDelivery: number;
  readonly cpuPerMessage: number;
  readonly cpuPerAnswer: number;
  readonly latencies: Latencies | undefined;
  /** Bytes of the server's memory at the end, and the most there ever were. */
  readonly rss: number;
  readonly peak: number;
  /** Connections that the server closed. */
  readonly closed: number;
}

/** Microseconds of CPU that something took, of all nodes and of Redis. */
export interface Spent {
  readonly nodes: number;
  readonly redis: number;
}

/** Clients that come in. */
type Clients = Omit<CrowdOptions, 'dialect' | 'ports' | 'compression'> & { readonly compression?: boolean };

/** Milliseconds: Roost's rooms tell for up to a second who has come. */
const SETTLING = 1_100;

/** Flags of Node for servers that are profiled. */
const PROFILE = ['--cpu-prof', '--cpu-prof-dir=bench/dist/profiles'];

type Server = Child<ServerRequests>;

/** One server, or several nodes with a Redis, and one load generator, for one measurement. */
export class Arena {
  /** Whether servers write CPU profiles when they end. */
  static profile = false;
  readonly #servers: readonly [Server, ...Server[]];
  readonly #load: Child<LoadRequests>;
  #ports: readonly number[] = [];

  private constructor(
    readonly peer: Peer,
    options: ServerOptions,
    nodes: number,
    readonly redis: RedisServer | undefined,
  ) {
    const flags = ['--expose-gc', ...(Arena.profile ? PROFILE : [])];
    const start = (): Server => new Child<ServerRequests>(`./servers/${peer.script}.js`, options, flags);
    this.#servers = [start(), ...Array.from({ length: nodes - 1 }, start)];
    this.#load = new Child<LoadRequests>('./load/load.js', {});
  }

  /** Starts both, does the work, and ends both, whatever comes. */
  static with<T>(peer: Peer, options: ServerOptions, work: (arena: Arena) => Promise<T>): Promise<T> {
    return new Arena(peer, options, 1, undefined).#run(work);
  }

  /** Starts a Redis, and nodes that share it. */
  static async cluster<T>(
    { peer, options }: { readonly peer: Peer; readonly options: ServerOptions },
    nodes: number,
    work: (arena: Arena, redis: RedisServer) => Promise<T>,
  ): Promise<T> {
    const redis = await RedisServer.start();
    try {
      const arena = new Arena(peer, { ...options, redis: redis.url }, nodes, redis);
      return await arena.#run(() => work(arena, redis));
    } finally {
      await redis.end();
    }
  }

  async #run<T>(work: (arena: Arena) => Promise<T>): Promise<T> {
    try {
      this.#ports = await Promise.all(this.#servers.map((server) => server.ask('listen')));
      return await work(this);
    } finally {
      await Promise.all([this.#load.stop(), ...this.#servers.map((server) => server.stop())]);
    }
  }

  /**
   * Brings clients in, and waits until the server has settled.
   *
   * @param warmUp published meanwhile, so that what is measured next runs compiled code
   */
  async enter(options: Clients, warmUp?: Offer): Promise<void> {
    const { dialect } = this.peer;
    await this.#load.ask('enter', { compression: false, ...options, dialect, ports: this.#ports });
    if (warmUp !== undefined) await this.publish(warmUp);
    await pause(SETTLING);
    if (warmUp !== undefined) await this.quiet();
  }

  /** Publishes from now on; each of several nodes its part. */
  async publish(offer: Offer): Promise<void> {
    const nodes = this.#servers.length;
    const part = (node: number): Offer => (nodes === 1 ? offer : { ...offer, rate: offer.rate / nodes, node });
    await Promise.all(this.#servers.map((server, node) => server.ask('publish', part(node))));
  }

  /** Publishes no more, and waits until what is under way has arrived. */
  async quiet(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.ask('quiet')));
    let before = -1;
    for (let look = 0; look < 30; look++) {
      const { deliveries } = await this.#load.ask('sample');
      if (deliveries === before) return;
      before = deliveries;
      await pause(100);
    }
  }

  /** Warms up, then looks for a while. */
  async window(times: Times): Promise<Window> {
    await pause(times.warmUp);
    await this.#load.ask('takeLatencies');
    const before = await this.#sample();
    await pause(times.measure);
    const after = await this.#sample();
    return between(before, after, await this.#load.ask('takeLatencies'));
  }

  /** Publishes at a rate and looks, then is quiet again. */
  async offer(offer: Offer, times: Times): Promise<Window> {
    await this.publish(offer);
    const window = await this.window(times);
    await this.quiet();
    return window;
  }

  /** What a piece of work takes, and what goes on meanwhile. */
  async spent(work: () => Promise<unknown>): Promise<Spent> {
    const before = await this.#sample();
    await work();
    const after = await this.#sample();
    return {
      nodes: sum(after.servers, ({ cpu }, node) => cpu - (before.servers[node]?.cpu ?? 0)),
      redis: (after.redis?.cpu ?? 0) - (before.redis?.cpu ?? 0),
    };
  }

  burst(count: number, length: number): Promise<void> {
    return this.#servers[0].ask('burst', { count, length });
  }

  sampleServer(): Promise<ServerSample> {
    return this.#servers[0].ask('sample');
  }

  sampleLoad(): Promise<LoadSample> {
    return this.#load.ask('sample');
  }

  /** What the server, or the first node, uses when all garbage is gone. */
  memory(): Promise<Memory> {
    return this.#servers[0].ask('memory');
  }

  pauseSome(): Promise<number> {
    return this.#load.ask('pauseSome');
  }

  converse(options: ConversationOptions): Promise<void> {
    return this.#load.ask('converse', options);
  }

  fallSilent(): Promise<void> {
    return this.#load.ask('fallSilent');
  }

  cut(): Promise<void> {
    return this.#load.ask('cut');
  }

  comeBack(options: ComeBackOptions): Promise<{ ms: number; recovered: number }> {
    return this.#load.ask('comeBack', options);
  }

  async #sample(): Promise<Samples> {
    const [servers, load, redis] = await Promise.all([
      Promise.all(this.#servers.map((server) => server.ask('sample'))),
      this.#load.ask('sample'),
      this.redis?.sample(),
    ]);
    return { servers, load, redis };
  }
}

interface Samples {
  readonly servers: readonly ServerSample[];
  readonly load: LoadSample;
  readonly redis: RedisSample | undefined;
}

/** A busy process answers late, so each side counts by its own time. */
function between(before: Samples, after: Samples, latencies: Latencies | undefined): Window {
  const loadSeconds = (after.load.at - before.load.at) / 1_000;
  const count = (field: 'deliveries' | 'answers' | 'bytes' | 'compressed' | 'closed') =>
    after.load[field] - before.load[field];
  const deliveries = count('deliveries') / loadSeconds;
  const answers = count('answers') / loadSeconds;
  const perSecond = (field: 'cpu' | 'published' | 'skipped') =>
    sum(after.servers, (server, node) => rate(before.servers[node] as ServerSample, server, field));
  const cpu = perSecond('cpu');
  const published = perSecond('published');
  const redisCpu = before.redis && after.redis ? rate(before.redis, after.redis, 'cpu') : 0;
  return {
    published,
    overloaded: perSecond('skipped') > 0,
    deliveries,
    answers,
    bytes: count('bytes') / count('deliveries'),
    compressed: count('compressed') / count('deliveries'),
    serverCpu: cpu / 1_000_000,
    loadCpu: (after.load.cpu - before.load.cpu) / loadSeconds / 1_000_000,
    redisCpu: redisCpu / 1_000_000,
    cpuPerDelivery: cpu / deliveries,
    cpuPerMessage: cpu / published,
    cpuPerAnswer: cpu / answers,
    latencies,
    rss: sum(after.servers, ({ rss }) => rss),
    peak: sum(after.servers, ({ peak }) => peak),
    closed: count('closed'),
  };
}

/** How fast something rises, per second. */
function rate<F extends string>(
  before: Readonly<Record<F | 'at', number>>,
  after: Readonly<Record<F | 'at', number>>,
  field: F,
): number {
  return ((after[field] - before[field]) / (after.at - before.at)) * 1_000;
}

function sum<T>(values: readonly T[], pick: (value: T, index: number) => number): number {
  return values.reduce((total, value, index) => total + pick(value, index), 0);
}
