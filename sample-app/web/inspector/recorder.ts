import { readWithoutSecrets } from './secrets.js';

/** `up` is from the page to the server. */
export type Direction = 'up' | 'down';

/** What a frame is by its opcode (RFC 6455, 5.2); `upgrade` is the HTTP response that comes before all frames. */
export type Opcode = 'upgrade' | 'text' | 'close' | 'ping' | 'pong';

/** A frame that went by, without its secrets. */
export interface RecordedFrame {
  /** Its number on this page, from 1. */
  readonly number: number;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly direction: Direction;
  readonly opcode: Opcode;
  /** Bytes of its payload. */
  readonly bytes: number;
  /** JSON that was read, or text that is none. */
  readonly content: unknown;
  /** Milliseconds since the frame that this one answers. */
  readonly roundTrip: number | undefined;
}

/** Frames and bytes that went by in one direction since the start. */
export interface Total {
  frames: number;
  bytes: number;
}

const FRAMES = 500;
/** Bytes of payload that are kept at most. */
const BYTES = 4 * 1024 * 1024;
/** Requests that may wait for their answers; the client has at most as many. */
const REQUESTS = 512;

/** Keeps the last frames of a client's connections, one after the other. */
export class Recorder {
  #frames: readonly RecordedFrame[] = [];
  #bytes = 0;
  #number = 0;
  #connection = 0;
  /** When requests were sent, by id, and the last ping. */
  readonly #asked = new Map<unknown, number>();
  readonly #listeners = new Set<(frame?: RecordedFrame) => void>();
  readonly totals: Readonly<Record<Direction, Total>> = { up: { frames: 0, bytes: 0 }, down: { frames: 0, bytes: 0 } };
  /** Sends a frame past the client, on its present connection. */
  send: (text: string) => void = () => {};

  /** The last ones, the oldest first; another list with each change. */
  get frames(): readonly RecordedFrame[] {
    return this.#frames;
  }

  /**
   * Tells of each frame, and without one when the list was cleared.
   *
   * @returns a function that takes the listener away again
   */
  onFrame(listener: (frame?: RecordedFrame) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    for (const listener of this.#listeners) listener();
  }

  /** A connection begins; what follows is its. */
  connects(): number {
    return ++this.#connection;
  }

  /** A text frame goes by. */
  text(connection: number, direction: Direction, text: string): void {
    const at = now();
    const content = parsed(text);
    this.#record({
      connection,
      at,
      direction,
      opcode: 'text',
      bytes: new TextEncoder().encode(text).length,
      content,
      roundTrip: this.#roundTrip(direction, content, at),
    });
  }

  /** A frame without JSON, seen by the page or told by the server. */
  control(
    opcode: Opcode,
    direction: Direction,
    content: unknown,
    details: { connection?: number; bytes?: number; at?: number; roundTrip?: number | undefined } = {},
  ): void {
    const { connection = this.#connection, bytes = 0, at = now(), roundTrip } = details;
    this.#record({ connection, at, direction, opcode, bytes, content, roundTrip });
  }

  #record(details: Omit<RecordedFrame, 'number'>): void {
    const frame: RecordedFrame = { number: ++this.#number, ...details };
    if (frame.opcode !== 'upgrade') {
      const total = this.totals[frame.direction];
      total.frames++;
      total.bytes += frame.bytes;
    }
    this.#bytes += frame.bytes;
    let first = Math.max(0, this.#frames.length + 1 - FRAMES);
    for (const old of this.#frames.slice(0, first)) this.#bytes -= old.bytes;
    for (; this.#bytes > BYTES && first < this.#frames.length; first++) this.#bytes -= this.#frames[first]?.bytes ?? 0;
    this.#frames = [...this.#frames.slice(first), frame];
    for (const listener of this.#listeners) listener(frame);
  }

  #roundTrip(direction: Direction, content: unknown, at: number): number | undefined {
    const { op, id } = fields(content);
    const key = op === 'ping' || op === 'pong' ? 'ping' : id;
    if (key === undefined) return undefined;
    if (direction === 'up') {
      if (op !== 'pong') this.#asked.set(key, at);
      const [oldest] = this.#asked.keys();
      if (this.#asked.size > REQUESTS) this.#asked.delete(oldest);
      return undefined;
    }
    const asked = op === 'ping' ? undefined : this.#asked.get(key);
    if (asked === undefined) return undefined;
    this.#asked.delete(key);
    return at - asked;
  }
}

/** A frame's fields; none where it is no object. */
export function fields(content: unknown): Readonly<Record<string, unknown>> {
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
}

function parsed(text: string): unknown {
  try {
    return readWithoutSecrets(text);
  } catch {
    // Not JSON: it is shown as it is.
    return text;
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
