import { EventEmitter } from 'node:events';
import { constants, inflateRawSync } from 'node:zlib';
import type { RawFrame } from './raw-client.js';
import { variant } from './variant.js';

/** What arrives at a client: a frame, or the server's goodbye. */
type Arrival = { readonly frame: RawFrame; readonly text: string } | { readonly close: number };

/**
 * A WebSocket without a network, and the network: what either side writes waits until the test lets it arrive, or is
 * lost. The server's half behaves as one of `ws`.
 */
export class Link {
  /** Frames that came compressed, on all links. */
  static inflated = 0;
  readonly server: FakeWebSocket;
  /** Sent by the client, on their way. */
  readonly up: string[] = [];
  /** Arrived at the client's machine, unread. */
  readonly down: Arrival[] = [];
  /** Whether the client's end is there. */
  clientThere = true;
  #paused = false;
  #pipe: { readonly chunk: Buffer; readonly callback: (() => void) | undefined }[] = [];
  #unparsed: Buffer = Buffer.alloc(0);

  /**
   * @param onWrite sees each frame when the server writes it, whether or not it arrives
   * @param onDeliver sees each frame just before the server gets it
   */
  constructor(
    private readonly onWrite: (frame: RawFrame) => void,
    private readonly onDeliver: (text: string) => void,
  ) {
    this.server = new FakeWebSocket({
      write: (chunk, callback) => this.#written(chunk, callback),
      buffered: () => this.#pipe.reduce((sum, { chunk }) => sum + chunk.length, 0),
      close: (code) => this.#pipe.push({ chunk: Buffer.from([0, code >> 8, code & 255]), callback: undefined }),
    });
  }

  /** Whether the server's end is there. */
  get serverThere(): boolean {
    return this.server.readyState !== 3;
  }

  /** Whether the server has closed it. */
  get closedByServer(): boolean {
    return this.server.readyState !== 1;
  }

  send(frame: RawFrame): void {
    this.up.push(JSON.stringify(frame));
  }

  /** Lets what the client sent arrive, `count` frames of it. */
  deliver(count = Number.POSITIVE_INFINITY): void {
    for (const text of this.up.splice(0, count)) {
      if (!this.serverThere) return;
      this.onDeliver(text);
      this.server.emit('message', Buffer.from(text), false);
    }
  }

  /** The network takes nothing more from the server, until {@link flow}. */
  pause(): void {
    this.#paused = true;
  }

  flow(): void {
    this.#paused = false;
    this.pump();
  }

  /** Moves what the server has written to the client's machine. */
  pump(): void {
    if (this.#paused) return;
    for (const { chunk, callback } of this.#pipe.splice(0)) {
      this.#arrive(chunk);
      callback?.();
    }
  }

  /** Both ends lose it; the server sees that at once. */
  cut(code = 1006): void {
    this.clientThere = false;
    this.server.gone(code);
  }

  #written(chunk: Buffer, callback: (() => void) | undefined): void {
    for (const { frame } of parse(chunk).arrivals) this.onWrite(frame);
    this.#pipe.push({ chunk, callback });
    // As the machine's network does: later, but soon.
    setImmediate(() => this.pump());
  }

  #arrive(chunk: Buffer): void {
    if (chunk[0] === 0 && chunk.length === 3) {
      this.down.push({ close: chunk.readUInt16BE(1) });
      return;
    }
    const { arrivals, rest } = parse(Buffer.concat([this.#unparsed, chunk]));
    this.#unparsed = rest;
    this.down.push(...arrivals);
  }
}

interface Wire {
  write(chunk: Buffer, callback: (() => void) | undefined): void;
  buffered(): number;
  close(code: number): void;
}

/** As much of a `ws` WebSocket as the server asks for. */
class FakeWebSocket extends EventEmitter {
  readonly protocol = 'roost.v1';
  readonly _extensions = variant.compression ? { 'permessage-deflate': { params: {} } } : {};
  readyState = 1;
  readonly _socket: object;
  closeCode: number | undefined;

  constructor(private readonly wire: Wire) {
    super();
    this._socket = {
      write: (chunk: Buffer, callback?: () => void) => this.wire.write(chunk, callback),
      cork: () => {},
      uncork: () => {},
    };
  }

  get bufferedAmount(): number {
    return this.wire.buffered();
  }

  close(code: number): void {
    if (this.readyState !== 1) return;
    this.readyState = 2;
    this.closeCode = code;
    this.wire.close(code);
  }

  terminate(): void {
    this.gone(1006);
  }

  ping(): void {}

  gone(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit('close', code, Buffer.alloc(0));
  }
}

/** First byte of a text frame that is compressed. */
const COMPRESSED_TEXT = 0xc1;
/** What permessage-deflate leaves out at the end of a message. */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/** Takes frames as a server writes them apart: unmasked text. */
function parse(bytes: Buffer): { arrivals: { frame: RawFrame; text: string }[]; rest: Buffer } {
  const arrivals: { frame: RawFrame; text: string }[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = bytes[at + 1] as number;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (start > bytes.length) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (start + length > bytes.length) break;
    const payload = bytes.subarray(start, start + length);
    const text = (bytes[at] === COMPRESSED_TEXT ? inflated(payload) : payload).toString();
    arrivals.push({ frame: JSON.parse(text) as RawFrame, text });
    at = start + length;
  }
  return { arrivals, rest: bytes.subarray(at) };
}

function inflated(payload: Buffer): Buffer {
  Link.inflated++;
  return inflateRawSync(Buffer.concat([payload, TAIL]), { finishFlush: constants.Z_SYNC_FLUSH });
}
