import { now } from '../clock.js';
import { percentile } from '../statistics.js';
import { roomName } from '../servers/message.js';
import { Client, type ClientListener } from './client.js';
import { Conversation, type ConversationOptions } from './conversation.js';
import type { Dialect, DialectName } from './dialects/dialect.js';
import { PlainDialect } from './dialects/plain.js';
import { RoostDialect } from './dialects/roost.js';
import { SocketIoDialect } from './dialects/socket-io.js';

/** Clients that come in together. */
export interface CrowdOptions {
  /** Where the nodes listen: as many clients come to each as to any other, one node after another. */
  readonly ports: readonly number[];
  readonly compression: boolean;
  readonly dialect: DialectName;
  readonly clients: number;
  /** Rooms there are, and how many of them each client is in. */
  readonly rooms: number;
  readonly roomsEach: number;
  /** Number of the first room. @default 0 */
  readonly firstRoom?: number;
  /** Clients that come in at the same time. @default 200 */
  readonly atOnce?: number;
  /** Whether all hear whole frames and note how far they got, so that they can {@link Crowd.comeBack}. */
  readonly resumable?: boolean;
}

export interface ComeBackOptions {
  /** Messages that each has missed. */
  readonly events: number;
  /** Whether they are to come back once more later, and so note how far they get. */
  readonly again: boolean;
  /** Whether each comes back to the next node. */
  readonly elsewhere?: boolean;
}

/** What has come in since the start. */
export interface Tally {
  /** Room messages, and bytes of their payloads. */
  deliveries: number;
  bytes: number;
  /** Of those, compressed. */
  compressed: number;
  answers: number;
  /** Connections that the server has closed. */
  closed: number;
}

/**
 * Milliseconds from when messages were due until some of the clients had them. With several nodes only messages count
 * that were published on another node than the client's.
 */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Clients whose messages' latency is taken: spread over all, since servers write to one after another. */
const SAMPLED = 20;
/** Clients that come in at the same time: fewer than the backlog of a listening socket holds. */
const AT_ONCE = 200;
/** Every tenth client, beginning with this one, stops reading when it is asked to. */
const PAUSED = { every: 10, from: 5 };

const dialects: Record<DialectName, new (rooms: string[]) => Dialect> = {
  roost: RoostDialect,
  plain: PlainDialect,
  'socket.io': SocketIoDialect,
};

/** All the clients of a measurement. */
export class Crowd implements ClientListener {
  readonly tally: Tally = { deliveries: 0, bytes: 0, compressed: 0, answers: 0, closed: 0 };
  readonly #clients: Client[] = [];
  #ports: readonly number[] = [];
  /** Each with the number of its node. */
  readonly #sampled = new Map<Client, number>();
  #latencies: number[] = [];
  #conversation: Conversation | undefined;
  #resumable = false;
  #waiting: { readonly events: number; readonly resolve: Map<Client, () => void> } | undefined;

  /** Brings more clients in. */
  async enter(options: CrowdOptions): Promise<void> {
    const { dialect, clients, ports, compression, resumable = false } = options;
    this.#ports = ports;
    this.#resumable = resumable;
    const sample = Math.max(1, Math.floor(clients / SAMPLED));
    const entering = Array.from({ length: clients }, (_, index) => {
      const sampled = index % sample === 0 && index % PAUSED.every !== PAUSED.from;
      const speaks = new dialects[dialect](roomsOf(index, options));
      const node = Math.floor((index * ports.length) / clients);
      const client = new Client(speaks, { port: ports[node] as number, compression }, resumable || sampled, this);
      if (sampled) this.#sampled.set(client, node);
      return client;
    });
    await this.#atOnce(entering, options.atOnce ?? AT_ONCE, (client) => client.enter());
    this.#clients.push(...entering);
  }

  /** Latencies since the last time this was asked. */
  takeLatencies(): Latencies | undefined {
    const sorted = Float64Array.from(this.#latencies).sort();
    this.#latencies = [];
    if (sorted.length === 0) return undefined;
    return { count: sorted.length, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
  }

  /**
   * Lets every tenth client read no more.
   *
   * @returns how many those are
   */
  pauseSome(): number {
    const paused = this.#clients.filter((_, index) => index % PAUSED.every === PAUSED.from);
    for (const client of paused) client.pause();
    return paused.length;
  }

  /** Lets every client send, and send again when it is answered. */
  converse(options: ConversationOptions): void {
    this.#conversation = new Conversation(options);
    for (const client of this.#clients) this.#conversation.begin(client);
  }

  fallSilent(): void {
    this.#conversation = undefined;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const client of this.#clients) client.cut();
  }

  /**
   * Brings all clients back to their sessions, and waits until each has what it missed.
   *
   * @returns milliseconds from the first to the last, and how many were taken back with nothing missing
   */
  async comeBack({ events, again, elsewhere = false }: ComeBackOptions): Promise<{ ms: number; recovered: number }> {
    const resolve = new Map<Client, () => void>();
    this.#waiting = { events, resolve };
    const began = now();
    await this.#atOnce(this.#clients, AT_ONCE, async (client) => {
      client.whole = again;
      if (elsewhere) client.target = { ...client.target, port: this.#portAfter(client.target.port) };
      const complete = new Promise<void>((done) => resolve.set(client, done));
      await client.enter();
      if (client.dialect.recovered && client.events < events) await complete;
    });
    this.#waiting = undefined;
    const recovered = this.#clients.filter((client) => client.dialect.recovered && client.events === events).length;
    return { ms: now() - began, recovered };
  }

  event(client: Client, bytes: Buffer, start: number, length: number, compressed: boolean): void {
    const { tally } = this;
    tally.deliveries++;
    tally.bytes += length;
    if (compressed) tally.compressed++;
    else if (this.#sampled.has(client)) this.#takeLatency(this.#sampled.get(client), bytes, start, length);
    if (this.#resumable && client.whole) client.dialect.note(bytes.toString('utf8', start, start + length));
    if (this.#waiting?.events === client.events) this.#waiting.resolve.get(client)?.();
  }

  answer(client: Client): void {
    this.tally.answers++;
    this.#conversation?.continue(client);
  }

  closed(): void {
    this.tally.closed++;
  }

  #portAfter(port: number): number {
    return this.#ports[(this.#ports.indexOf(port) + 1) % this.#ports.length] as number;
  }

  #takeLatency(node: number | undefined, bytes: Buffer, start: number, length: number): void {
    const text = bytes.toString('latin1', start, start + length);
    if (numberIn(text, '"node":') === node) return;
    this.#latencies.push(now() - numberIn(text, '"at":'));
  }

  async #atOnce(clients: readonly Client[], count: number, work: (client: Client) => Promise<void>): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let client = clients[next++]; client !== undefined; client = clients[next++]) await work(client);
    };
    await Promise.all(Array.from({ length: count }, worker));
  }
}

/** The number behind a key; not a number where the key is not there. */
function numberIn(text: string, key: string): number {
  const place = text.indexOf(key);
  return place < 0 ? Number.NaN : Number.parseFloat(text.slice(place + key.length));
}

/** Every room gets as many members as any other, and members of one room meet others in the next. */
function roomsOf(client: number, { rooms, roomsEach, firstRoom = 0 }: CrowdOptions): string[] {
  const step = Math.floor(rooms / roomsEach);
  return Array.from({ length: roomsEach }, (_, place) => roomName(firstRoom + ((client + place * step) % rooms)));
}
