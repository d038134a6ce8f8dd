import { CloseCode, afterClose, endsSession } from '../protocol/codes.js';
import type { ConnectFrame, ServerFrame } from '../protocol/frames.js';
import type { RoostError } from './error.js';
import { Link } from './link.js';
import type { Settings } from './options.js';
import type { ClientStatus, ClosedWhy, OnlineStatus } from './status.js';

// Milliseconds a connection must have stood for the next back-off to begin from the start: a server that lets the
// client in and throws it out at once is not to be stormed.
const STEADY = 10_000;

// Milliseconds a server has to answer after the page slept or lost its network.
const WAKE_TIMEOUT = 5_000;

const WHY: Readonly<Record<number, ClosedWhy>> = {
  [CloseCode.TOO_LARGE]: 'too-large',
  [CloseCode.BAD_FRAMES]: 'bad-frames',
  [CloseCode.UNAUTHENTICATED]: 'unauthenticated',
  [CloseCode.FORBIDDEN]: 'forbidden',
  [CloseCode.NO_SUBPROTOCOL]: 'incompatible',
  [CloseCode.TAKEN_OVER]: 'taken-over',
};

/** What becomes of the session when the client stops. */
export type SessionFate = 'kept' | 'over' | 'lost';

export interface ConnectionHost {
  hello(auth: unknown): ConnectFrame;
  frame(frame: ServerFrame): void;
  /** No connection any more, for now or for good. */
  lost(): void;
  /** The client has stopped; everything is to be settled. */
  stopped(fate: SessionFate): void;
  status(status: ClientStatus): void;
}

/** Keeps a link to the server: opens it, waits, comes back, and knows when to stop. */
export class Connection {
  readonly #url: string;
  readonly #settings: Settings;
  readonly #host: ConnectionHost;
  #status: ClientStatus;
  #link: Link | undefined;
  #retry: unknown;
  #attempt = 0;
  #onlineAt = 0;
  /** When the connection was lost. */
  #since: number | undefined;
  /** Connections in a row that did not stand for long. */
  #unsteady = 0;
  /** Whether the last credentials were refused. */
  #refused = false;
  /** Milliseconds after which the server wants to see the client again. */
  #hint: number | undefined;
  #error: RoostError | undefined;

  constructor(url: string, settings: Settings, host: ConnectionHost) {
    this.#url = url;
    this.#settings = settings;
    this.#host = host;
    this.#status = { state: 'away', since: settings.clock.now(), retryAt: undefined, attempt: 0 };
  }

  get status(): ClientStatus {
    return this.#status;
  }

  /** The present attempt or connection. */
  get link(): Link | undefined {
    return this.#link;
  }

  connect(): void {
    if (this.#link) return;
    if (this.#since === undefined) this.#tell({ state: 'connecting' });
    if (!this.#link) this.#open();
  }

  /** The server has let the client in. */
  online(status: OnlineStatus): void {
    this.#attempt = 0;
    this.#refused = false;
    this.#hint = this.#since = this.#error = undefined;
    this.#onlineAt = this.#settings.clock.now();
    this.#tell(status);
  }

  /** More has become known of how the client came back. */
  update(status: OnlineStatus): void {
    this.#tell(status);
  }

  /** The server is about to close, and wants the client back after so many milliseconds. */
  hint(after: number): void {
    this.#hint = after;
  }

  /** What the server says before it closes a connection that it does not let in. */
  refuse(error: RoostError): void {
    this.#error = error;
  }

  /** Something is back from sleep: makes sure of the connection, or gets one, now. */
  check(): void {
    if (this.#link) this.#link.check(WAKE_TIMEOUT);
    else if (this.#status.state === 'away' && this.#status.retryAt !== undefined && this.#hint === undefined) this.#open();
  }

  /** Closes the connection, keeps the session, and waits for `connect`. */
  drop(): void {
    if (this.#status.state === 'closed') return;
    this.#unlink(CloseCode.DROPPED);
    this.#tell({ state: 'away', since: (this.#since ??= this.#settings.clock.now()), retryAt: undefined, attempt: 0 });
  }

  /** Gives up a connection that has broken the protocol; the next one goes on from what is certain. */
  repair(reason: string): void {
    this.#unlink(CloseCode.DROPPED, reason);
    this.#closed(CloseCode.DROPPED, reason);
  }

  /** Stops for good. Resolves when the connection is closed. */
  async close(): Promise<void> {
    const link = this.#link;
    this.#unlink(CloseCode.NORMAL);
    if (this.#status.state !== 'closed') this.#stop(CloseCode.NORMAL, '', 'ended', 'over');
    await link?.ended();
  }

  #open(): void {
    this.#settings.clock.clearTimeout(this.#retry);
    this.#hint = undefined;
    this.#link = new Link(
      this.#url,
      this.#settings,
      {
        hello: (auth) => this.#host.hello(auth),
        frame: (frame) => this.#host.frame(frame),
        closed: (code, reason) => this.#closed(code, reason),
      },
      this.#refused,
    );
    if (this.#since !== undefined) {
      this.#tell({ state: 'away', since: this.#since, retryAt: undefined, attempt: this.#attempt });
    }
  }

  #unlink(code: number, reason?: string): void {
    const link = this.#link;
    this.#settings.clock.clearTimeout(this.#retry);
    this.#link = undefined;
    link?.close(code, reason);
    this.#host.lost();
  }

  #closed(code: number, reason: string): void {
    const { clock, random, backoff, maxAttempts, auth } = this.#settings;
    this.#link = undefined;
    this.#host.lost();
    const now = clock.now();
    if (this.#status.state === 'online') this.#unsteady = now - this.#onlineAt < STEADY ? this.#unsteady + 1 : 0;
    const next = afterClose(code);
    const refusedAgain = next === 'credentials' && (this.#refused || typeof auth !== 'function');
    if (next === 'stop' || refusedAgain) {
      const fate = endsSession(code) ? 'over' : code === CloseCode.TAKEN_OVER ? 'lost' : 'kept';
      return this.#stop(code, reason, WHY[code] ?? 'ended', fate);
    }
    this.#refused = next === 'credentials';
    if (++this.#attempt > maxAttempts) return this.#stop(code, reason, 'unreachable', 'kept');
    const ceiling = Math.min(backoff.max, backoff.min * 2 ** (this.#attempt - 1 + this.#unsteady));
    const wait = this.#hint ?? random() * ceiling;
    this.#since ??= now;
    this.#retry = clock.setTimeout(() => this.#open(), wait);
    this.#tell({ state: 'away', since: this.#since, retryAt: now + wait, attempt: this.#attempt });
  }

  #stop(code: number, reason: string, why: ClosedWhy, fate: SessionFate): void {
    const error = this.#error;
    this.#since = this.#hint = this.#error = undefined;
    this.#attempt = this.#unsteady = 0;
    this.#refused = false;
    const status: ClientStatus = { state: 'closed', code, reason, why, ...(error && { error }) };
    this.#status = status;
    this.#host.stopped(fate);
    if (this.#status === status) this.#host.status(status);
  }

  #tell(status: ClientStatus): void {
    this.#status = status;
    this.#host.status(status);
  }
}
