import { connect, type Socket } from 'node:net';
import { constants, inflateRawSync } from 'node:zlib';
import { clientFrame, FrameReader, Head, PONG } from './frame-reader.js';
import type { Dialect } from './dialects/dialect.js';

/** Where clients connect to, and how. */
export interface Target {
  readonly port: number;
  /** Whether clients offer compression, as browsers do. */
  readonly compression: boolean;
}

/** Who hears of what comes in. */
export interface ClientListener {
  /** A room's message. All of it is there where the client hears whole frames. */
  event(client: Client, bytes: Buffer, start: number, length: number, compressed: boolean): void;
  answer(client: Client): void;
  closed(client: Client): void;
}

/** What all sockets read into: a chunk is dealt with before the next is read. */
const shared = Buffer.alloc(128 * 1024);
/** What permessage-deflate leaves out at the end of each message (RFC 7692, section 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const HEADERS_END = '\r\n\r\n';

/** One WebSocket on a bare socket, which knows no more of frames than it must to count them. */
export class Client {
  /** Messages that have come since the last connection began. */
  events = 0;
  #socket: Socket | undefined;
  #headers = '';
  #upgraded = false;
  #reader: FrameReader;
  /** What came compressed while coming in: later frames refer to earlier ones. */
  #deflated: Buffer[] = [];
  #inflatedBytes = 0;
  #entered: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(
    readonly dialect: Dialect,
    public target: Target,
    /** Whether room messages are told with their whole payload. */
    public whole: boolean,
    private readonly listener: ClientListener,
  ) {
    this.#reader = this.#createReader();
  }

  /** Connects, and settles when the client is in its rooms. */
  enter(): Promise<void> {
    this.events = 0;
    this.#headers = '';
    this.#upgraded = false;
    this.#reader = this.#createReader();
    return new Promise((resolve, reject) => {
      this.#entered = { resolve, reject };
      const socket = connect({
        port: this.target.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: shared,
          callback: (size) => {
            this.#read(size);
            return true;
          },
        },
      });
      this.#socket = socket;
      socket.on('connect', () => socket.write(upgradeRequest(this.target, this.dialect)));
      socket.on('error', (error) => this.#fail(error));
      socket.on('close', () => {
        if (this.#socket !== socket) return;
        this.#fail(new Error('closed by the server'));
        this.listener.closed(this);
      });
    });
  }

  send(text: string): void {
    this.#socket?.write(clientFrame(text));
  }

  /** Stops reading. */
  pause(): void {
    this.#socket?.pause();
  }

  /** Ends the connection without a word. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.dialect.cut();
    socket?.destroy();
  }

  #createReader(): FrameReader {
    return new FrameReader((head, bytes, start, length) => this.#frame(head, bytes, start, length));
  }

  #read(size: number): void {
    try {
      if (this.#upgraded) this.#reader.read(shared, size);
      else this.#upgrade(size);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #upgrade(size: number): void {
    this.#headers += shared.toString('latin1', 0, size);
    const end = this.#headers.indexOf(HEADERS_END);
    if (end < 0) return;
    if (!this.#headers.startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${this.#headers.slice(0, 80)}`);
    this.#upgraded = true;
    for (const text of this.dialect.opened()) this.send(text);
    const rest = Buffer.from(this.#headers.slice(end + HEADERS_END.length), 'latin1');
    this.#reader.read(rest, rest.length);
  }

  #frame(head: number, bytes: Buffer, start: number, length: number): void {
    if (head === Head.PING) {
      this.#socket?.write(PONG);
    } else if (head === Head.COMPRESSED_TEXT) {
      // What is compressed inside is a room's message: nothing else is that long.
      if (this.#entered === undefined) this.#event(bytes, start, length, true);
      else this.#enter(this.#inflated(bytes.subarray(start, start + length)));
    } else if (head === Head.TEXT) {
      const kind = this.dialect.kindOf(bytes, start, length);
      // A session's missed messages may come before it is told that it is back.
      if (kind === 'event') this.#event(bytes, start, length, false);
      else if (kind === 'ping') this.send(this.dialect.pong);
      else if (this.#entered !== undefined) this.#enter(bytes.toString('utf8', start, start + length));
      else if (kind === 'answer') this.listener.answer(this);
    }
  }

  #enter(text: string): void {
    for (const reply of this.dialect.entering(text)) this.send(reply);
    if (!this.dialect.inside) return;
    this.#reader.whole = this.whole;
    this.#deflated = [];
    this.#entered?.resolve();
    this.#entered = undefined;
  }

  #event(bytes: Buffer, start: number, length: number, compressed: boolean): void {
    this.events++;
    this.listener.event(this, bytes, start, length, compressed);
  }

  /** A few frames after the upgrade, not worth a stream. */
  #inflated(payload: Buffer): string {
    this.#deflated.push(Buffer.from(payload), TAIL);
    const before = this.#inflatedBytes;
    const all = inflateRawSync(Buffer.concat(this.#deflated), { finishFlush: constants.Z_SYNC_FLUSH });
    this.#inflatedBytes = all.length;
    return all.toString('utf8', before);
  }

  #fail(error: Error): void {
    this.#entered?.reject(error);
    this.#entered = undefined;
  }
}

function upgradeRequest({ port, compression }: Target, { path, subprotocol }: Dialect): string {
  const headers = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    ...(compression ? ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'] : []),
  ];
  return headers.join('\r\n') + HEADERS_END;
}
