import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { gathered, variant } from './variant.js';

/** A frame as it came: whatever JSON it was. */
export type RawFrame = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- frames are looked into at any depth

/** Milliseconds: a busy machine takes its time. Less than a test has, so that what was missing is told. */
const PATIENCE = 25_000;
/** Characters of frames that an error shows. */
const SHOWN = 2_000;

/** Speaks raw frames over a real WebSocket, and keeps all that comes until it is asked for. */
export class RawClient {
  readonly received: RawFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #read = 0;
  #waiters = new Set<() => void>();
  #lastId = 0;
  #closeCode: number | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.received.push(JSON.parse((data as Buffer).toString()) as RawFrame);
      this.#wake();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#closeCode = code;
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
  }

  /** Opens a plain connection. */
  static async plain(url: string, options: ClientOptions = {}): Promise<RawClient> {
    return RawClient.#open(new WebSocket(url, varied(options)));
  }

  /** Opens a connection that offers `roost.v1`, and sends nothing. */
  static async silent(url: string, options: ClientOptions = {}): Promise<RawClient> {
    return RawClient.#open(new WebSocket(url, 'roost.v1', varied(options)));
  }

  /** Opens a connection that offers these subprotocols, and sends nothing. */
  static async offering(url: string, protocols: string[]): Promise<RawClient> {
    return RawClient.#open(new WebSocket(url, protocols, varied({})));
  }

  /** Opens a session; `welcome` is the last frame read. */
  static async session(
    url: string,
    connect: RawFrame = {},
    options: ClientOptions = {},
  ): Promise<RawClient & { welcome: RawFrame }> {
    const client = await RawClient.silent(url, options);
    client.send({ op: 'connect', ...connect });
    const welcome = await client.expect({ op: 'welcome' });
    client.#lastId = welcome['lastId'] as number;
    return Object.assign(client, { welcome });
  }

  static async #open(socket: WebSocket): Promise<RawClient> {
    const client = new RawClient(socket);
    await once(socket, 'open');
    if (variant.compression && socket.extensions !== 'permessage-deflate')
      throw new Error('compression was not agreed on');
    return client;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The next id. */
  id(): number {
    return ++this.#lastId;
  }

  /** Sends a request with the next id, and returns its answer. */
  async request(frame: RawFrame): Promise<RawFrame> {
    const id = this.id();
    this.send({ ...frame, id });
    return this.answer(id);
  }

  /** The answer to a request, whatever else comes before it. */
  async answer(id: number): Promise<RawFrame> {
    return this.find((frame) => frame['id'] === id && 'op' in frame, `an answer to ${id}`);
  }

  /** The next unread frame that fits; those before it stay unread. */
  async find(fits: (frame: RawFrame) => boolean, what: string): Promise<RawFrame> {
    const seen = new Set<RawFrame>(this.received.slice(0, this.#read));
    const found = await this.#until(() => this.received.find((frame) => !seen.has(frame) && fits(frame)), what);
    this.received.splice(this.received.indexOf(found), 1);
    return found;
  }

  /** The next frame, which must have these fields. */
  async expect(fields: RawFrame): Promise<RawFrame> {
    const frame = await this.#until(() => this.received[this.#read], `a frame ${JSON.stringify(fields)}`);
    this.#read++;
    for (const [name, value] of Object.entries(fields)) {
      if (JSON.stringify(frame[name]) !== JSON.stringify(value)) {
        throw new Error(`waited for ${JSON.stringify(fields)}, got ${JSON.stringify(frame).slice(0, SHOWN)}`);
      }
    }
    return frame;
  }

  /** Frames that came and were not asked for yet. */
  get unread(): RawFrame[] {
    return this.received.slice(this.#read);
  }

  /**
   * Everything sent before has been handled, and what it led to has come, where nothing waited for anything. Two round
   * trips, since a pong may overtake what the server gathers until the end of its turn, or of its window.
   */
  async settled(): Promise<void> {
    for (let trips = 0; trips < 2; trips++) {
      if (trips > 0) await gathered();
      const pong = once(this.socket, 'pong');
      this.socket.ping();
      await pong;
    }
  }

  async close(code = 1000): Promise<void> {
    this.socket.close(code);
    await this.closed;
  }

  /** Ends it without a closing handshake. */
  async cut(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  #shown(): string {
    return JSON.stringify(this.unread).slice(0, SHOWN);
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  #until<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(check);
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) {
          done();
          resolve(found);
        } else if (this.#closeCode !== undefined) {
          done();
          reject(new Error(`waited for ${what}; closed with ${this.#closeCode}; unread: ${this.#shown()}`));
        }
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(check);
        reject(new Error(`waited for ${what}; unread: ${this.#shown()}`));
      }, PATIENCE);
      this.#waiters.add(check);
      check();
    });
  }
}

/** A client's options in this variant. */
function varied(options: ClientOptions): ClientOptions {
  return variant.compression ? { perMessageDeflate: { threshold: 0 }, ...options } : options;
}
