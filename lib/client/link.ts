import type { CloseCode, SUBPROTOCOL } from '../protocol/codes.js';
import type { ConnectFrame, ServerFrame } from '../protocol/frames.js';
import { startHeartbeat, type Heartbeat } from './heartbeat.js';
import type { AuthFunction, Settings, WebSocketLike } from './options.js';
import type { Asked } from './requests.js';

// Milliseconds `ended` waits for the other side's close frame.
const LINGER = 3_000;

const CLOSED = 3;

// Literals that the compiler holds to the protocol's: importing the values would bring tables along that no client needs.
const OFFERED: typeof SUBPROTOCOL = 'roost.v1';
export const DROPPED = 4900 satisfies CloseCode;
const HEARTBEAT_TIMEOUT = 4501 satisfies CloseCode;

/** What a link needs of the client, and tells it. */
export interface LinkHost {
  /** The first frame of a connection. */
  hello(auth: unknown): Asked<ConnectFrame>;
  frame(frame: ServerFrame): void;
}

/** One attempt at a connection and, where it succeeds, that connection until its end. */
export class Link {
  readonly #settings: Settings;
  readonly #host: LinkHost;
  readonly #closed: (code: number, reason: string) => void;
  #socket: WebSocketLike | undefined;
  #heartbeat: Heartbeat | undefined;
  #timer: unknown;
  #over = false;

  /**
   * @param refused whether the last credentials were refused
   * @param closed is told once that the link is over, unless that was by `close`
   */
  constructor(
    url: string,
    settings: Settings,
    host: LinkHost,
    refused: boolean,
    closed: (code: number, reason: string) => void,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#closed = closed;
    this.#timer = settings.clock.setTimeout(() => this.#fail(DROPPED), settings.timeouts.connect);
    void this.#open(url, refused);
  }

  /** Whether the link has ended, by either side. */
  get over(): boolean {
    return this.#over;
  }

  send(frame: Asked): void {
    this.write(JSON.stringify(frame));
  }

  /** As `send`, for a frame that is encoded already. */
  write(text: string): void {
    if (!this.#over) this.#socket?.send(text);
  }

  /** Pings, and ends the link with 4501 unless something is heard within `timeout` milliseconds. */
  check(timeout: number): void {
    this.#heartbeat?.check(timeout);
  }

  /** Ends the link; nothing is told or sent any more. The closing handshake goes on by itself. */
  close(code: number, reason?: string): void {
    this.#end();
    this.#socket?.close(code, reason);
  }

  /** Resolves once the socket is closed on both sides, or has had 3 s to. */
  ended(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#settings.clock.setTimeout(resolve, LINGER);
      socket.addEventListener('close', () => {
        this.#settings.clock.clearTimeout(timer);
        resolve();
      });
    });
  }

  async #open(url: string, refused: boolean): Promise<void> {
    const { auth, WebSocket, onError } = this.#settings;
    try {
      // Even where it throws at once, the host hears of it only after it has this link.
      const credentials = await (async () =>
        typeof auth === 'function' ? (auth as AuthFunction)({ refused }) : auth)();
      if (this.#over) return;
      const socket = (this.#socket = new WebSocket(url, [OFFERED]));
      socket.addEventListener('open', () => this.send(this.#host.hello(credentials)));
      socket.addEventListener('message', (event) => this.#read(event.data));
      socket.addEventListener('close', (event) => this.#finish(event.code, event.reason));
      // A close follows each error and is all there is to know; without a listener `ws` would throw.
      socket.addEventListener('error', () => {});
    } catch (error) {
      onError(error);
      this.#finish();
    }
  }

  #read(data: unknown): void {
    if (this.#over || typeof data !== 'string') return;
    this.#heartbeat?.heard();
    try {
      const frame = JSON.parse(data) as ServerFrame;
      if ('op' in frame && frame.op === 'welcome') {
        const { clock, random } = this.#settings;
        clock.clearTimeout(this.#timer);
        this.#heartbeat ??= startHeartbeat(
          clock,
          frame.heartbeat,
          random(),
          () => this.send({ op: 'ping' }),
          () => this.#fail(HEARTBEAT_TIMEOUT),
        );
      }
      this.#host.frame(frame);
    } catch (error) {
      // Not a frame at all; a hole in the offsets shows if it should have been one.
      this.#settings.onError(error);
    }
  }

  #fail(code: number): void {
    this.#socket?.close(code);
    this.#finish(code);
  }

  #finish(code = 1006, reason = ''): void {
    if (this.#over) return;
    this.#end();
    this.#closed(code, reason);
  }

  #end(): void {
    this.#over = true;
    this.#settings.clock.clearTimeout(this.#timer);
    this.#heartbeat?.stop();
  }
}
