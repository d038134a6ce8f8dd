import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../channel.js';
import type { ConversationOptions } from '../load/conversation.js';
import type { ComeBackOptions, CrowdOptions, Latencies } from '../load/crowd.js';
import type { LoadRequests, LoadSample } from '../load/load.js';
import type { ServerOptions } from '../servers/options.js';
import type { Offer } from '../servers/publisher.js';
import type { Memory, ServerRequests, ServerSample } from '../servers/server.js';
import type { Peer } from './peers.js';
import type { Times } from './rounds.js';

/** What was seen in a window of time. Rates are per second, CPU is a share of one core. */
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
  /** Microseconds of the server's CPU. */
  readonly cpuPerDelivery: number;
  readonly cpuPerAnswer: number;
  readonly latencies: Latencies | undefined;
  /** Bytes of the server's memory at the end, and the most there ever were. */
  readonly rss: number;
  readonly peak: number;
  /** Connections that the server closed. */
  readonly closed: number;
}

/** Clients that come in. */
type Clients = Omit<CrowdOptions, 'dialect' | 'port' | 'compression'> & { readonly compression?: boolean };

/** Milliseconds: Roost's rooms tell for up to a second who has come. */
const SETTLING = 1_100;

/** Flags of Node for servers that are profiled. */
const PROFILE = ['--cpu-prof', '--cpu-prof-dir=bench/dist/profiles'];

/** One server and one load generator, for one measurement. */
export class Arena {
  /** Whether servers write CPU profiles when they end. */
  static profile = false;
  readonly #server: Child<ServerRequests>;
  readonly #load: Child<LoadRequests>;
  #port = 0;

  private constructor(
    readonly peer: Peer,
    options: ServerOptions,
  ) {
    const flags = ['--expose-gc', ...(Arena.profile ? PROFILE : [])];
    this.#server = new Child<ServerRequests>(`./servers/${peer.script}.js`, options, flags);
    this.#load = new Child<LoadRequests>('./load/load.js', {});
  }

  /** Starts both, does the work, and ends both, whatever comes. */
  static async with<T>(peer: Peer, options: ServerOptions, work: (arena: Arena) => Promise<T>): Promise<T> {
    const arena = new Arena(peer, options);
    try {
      arena.#port = await arena.#server.ask('listen');
      return await work(arena);
    } finally {
      await Promise.all([arena.#load.stop(), arena.#server.stop()]);
    }
  }

  /**
   * Brings clients in, and waits until the server has settled.
   *
   * @param warmUp published meanwhile, so that what is measured next runs compiled code
   */
  async enter(options: Clients, warmUp?: Offer): Promise<void> {
    const { dialect } = this.peer;
    await this.#load.ask('enter', { compression: false, ...options, dialect, port: this.#port });
    if (warmUp !== undefined) await this.publish(warmUp);
    await pause(SETTLING);
    if (warmUp !== undefined) await this.quiet();
  }

  /** Publishes from now on. */
  async publish(offer: Offer): Promise<void> {
    await this.#server.ask('publish', offer);
  }

  /** Publishes no more, and waits until what is under way has arrived. */
  async quiet(): Promise<void> {
    await this.#server.ask('quiet');
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

  burst(count: number, length: number): Promise<void> {
    return this.#server.ask('burst', { count, length });
  }

  sampleServer(): Promise<ServerSample> {
    return this.#server.ask('sample');
  }

  sampleLoad(): Promise<LoadSample> {
    return this.#load.ask('sample');
  }

  /** What the server uses when all garbage is gone. */
  memory(): Promise<Memory> {
    return this.#server.ask('memory');
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
    const [server, load] = await Promise.all([this.#server.ask('sample'), this.#load.ask('sample')]);
    return { server, load };
  }
}

interface Samples {
  readonly server: ServerSample;
  readonly load: LoadSample;
}

/** A busy process answers late, so each side counts by its own time. */
function between(before: Samples, after: Samples, latencies: Latencies | undefined): Window {
  const serverSeconds = (after.server.at - before.server.at) / 1_000;
  const loadSeconds = (after.load.at - before.load.at) / 1_000;
  const count = (field: 'deliveries' | 'answers' | 'bytes' | 'compressed' | 'closed') =>
    after.load[field] - before.load[field];
  const deliveries = count('deliveries') / loadSeconds;
  const answers = count('answers') / loadSeconds;
  const cpu = (after.server.cpu - before.server.cpu) / serverSeconds;
  return {
    published: (after.server.published - before.server.published) / serverSeconds,
    overloaded: after.server.skipped > before.server.skipped,
    deliveries,
    answers,
    bytes: count('bytes') / count('deliveries'),
    compressed: count('compressed') / count('deliveries'),
    serverCpu: cpu / 1_000_000,
    loadCpu: (after.load.cpu - before.load.cpu) / loadSeconds / 1_000_000,
    cpuPerDelivery: cpu / deliveries,
    cpuPerAnswer: cpu / answers,
    latencies,
    rss: after.server.rss,
    peak: after.server.peak,
    closed: count('closed'),
  };
}
