import type { AddressInfo } from 'node:net';

import type { ServerFrame, WelcomeFrame } from '../../../lib/protocol/index.js';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** A frame as it came from the client, for a test to look at. */
export type Seen = Record<string, unknown> & { id?: number };

const PATIENCE = 20_000; // Real milliseconds, before a test says what it misses.

/** Resolves as `promise` does, or fails saying what did not happen. */
export async function soon<T>(promise: Promise<T>, what: string | (() => string)): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`did not happen: ${typeof what === 'string' ? what : what()}`)),
      PATIENCE,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Things that come one after another, and those who wait for them. */
export class Inbox<T> {
  readonly #come: T[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Everything that ever came. */
  readonly all: T[] = [];

  put(one: T): void {
    this.all.push(one);
    this.#come.push(one);
    for (const waiting of this.#waiting.splice(0)) waiting();
  }

  async next(what: string): Promise<T> {
    if (this.#come.length === 0) await this.arrival(what);
    return this.#come.shift() as T;
  }

  /** Resolves when the next one comes, which remains to be taken. */
  arrival(what: string): Promise<void> {
    return soon(
      new Promise((resolve) => this.#waiting.push(resolve)),
      () => `${what}; so far came ${JSON.stringify(this.all)}`,
    );
  }

  /** Takes everything that has come. */
  skip(): void {
    this.#come.length = 0;
  }

  /** How many have come and were not taken. */
  get size(): number {
    return this.#come.length;
  }
}

/** The server's end of one connection. It says only what a test tells it to. */
export class Peer {
  readonly frames = new Inbox<Seen>();
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.frames.put(JSON.parse(data.toString()) as Seen));
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  /** The next frame, which must have these fields. */
  async next(fields: Record<string, unknown> = {}): Promise<Seen> {
    const frame = await this.frames.next(`a frame with ${JSON.stringify(fields)}`);
    for (const [name, value] of Object.entries(fields)) {
      if (JSON.stringify(frame[name]) !== JSON.stringify(value)) {
        throw new Error(`expected ${JSON.stringify(fields)}, got ${JSON.stringify(frame)}`);
      }
    }
    return frame;
  }

  /** Takes the `connect` frame and welcomes the client. */
  async welcome(fields: Partial<WelcomeFrame> = {}): Promise<Seen> {
    const connect = await this.next({ op: 'connect' });
    this.welcomed(fields);
    return connect;
  }

  /** Welcomes a client whose `connect` frame was taken. */
  welcomed(fields: Partial<WelcomeFrame> = {}): void {
    this.send({
      op: 'welcome',
      session: { id: 'public', token: 'secret', ttl: 120_000 },
      resumed: false,
      lastId: 0,
      heartbeat: { interval: 25_000, timeout: 10_000 },
      limits: { frame: 65_536, rooms: 100, pending: 128 },
      ...fields,
    });
  }

  send(...frames: (ServerFrame | Record<string, unknown>)[]): void {
    for (const frame of frames) this.#socket.send(JSON.stringify(frame));
  }

  raw(text: string | Buffer): void {
    this.#socket.send(text);
  }

  /** Resolves when everything sent so far has been read by the client, and everything it said thereupon has come. */
  async settled(): Promise<void> {
    const pong = new Promise<void>((resolve) => this.#socket.once('pong', () => resolve()));
    this.#socket.ping();
    await soon(pong, 'the answer to a WebSocket ping');
  }

  close(code: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  /** Breaks the connection without a word, as a lost network does. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** A WebSocket server that knows nothing: tests speak for it, frame by frame. */
export class FakeServer {
  readonly #server: WebSocketServer;
  readonly #peers = new Inbox<Peer>();

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => this.#peers.put(new Peer(socket)));
  }

  static async start(): Promise<FakeServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'roost.v1' });
    await new Promise((resolve) => server.once('listening', resolve));
    return new FakeServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  /** How many connections were made and not yet asked for. */
  get unseen(): number {
    return this.#peers.size;
  }

  peer(): Promise<Peer> {
    return this.#peers.next('a connection');
  }

  async stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
