import type { CloseCode } from '../protocol/codes.js';
import type { RoostError } from './error.js';
import { DROPPED, Link } from './link.js';
import type { LinkHost } from './link.js';
import type { Settings } from './options.js';
import type { AwayStatus, ClientStatus, ClosedWhy, OnlineStatus } from './status.js';

// Milliseconds a connection must have stood for the next back-off to begin from the start: a server that lets the
// client in and throws it out at once is not to be stormed.
const STEADY = 10_000;

// Milliseconds a server has to answer after the page slept or lost its network.
const WAKE_TIMEOUT = 5_000;

const NORMAL = 1000;
const UNAUTHENTICATED = 4401;

// Close codes after which a client stays away: the session has ended, or goes on without it.
const STOPPING: Readonly<Partial<Record<number, ClosedWhy>>> = {
  1000: 'ended',
  1009: 'too-large',
  4400: 'bad-frames',
  4403: 'forbidden',
  4406: 'incompatible',
  4409: 'taken-over',
} satisfies { readonly [Code in CloseCode]?: ClosedWhy };

export interface ConnectionHost extends LinkHost {
  /** No connection any more, for now or for good. */
  lost(): void;
  /**
   * The client has stopped; everything is to be settled.
   *
   * @param gone whether this client has no session any more
   * @param taken whether that goes on with another client
   */
  stopped(gone: boolean, taken: boolean): void;
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
  /** When the connection was lost; unknown before the first one, and where the client has stopped. */
  #since: number | undefined;
  /** Whether the last credentials were refused. */
  #refused = false;
  /** Milliseconds after which the server wants to see the client again. */
  #hint: number | undefined;
  /** What the server said before it closed a connection that it did not let in. */
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
    if (!this.#link) this.#open();
  }

  /** The server has let the client in. */
  online(status: OnlineStatus): void {
    this.#refused = false;
    this.#since = undefined;
    this.#onlineAt = this.#settings.clock.now();
    this.tell(status);
  }

  tell(status: ClientStatus): void {
    this.#status = status;
    this.#host.status(status);
  }

  /** The server is about to close, and wants the client back after so many milliseconds. */
  hint(after: number): void {
    this.#hint = after;
  }

  refuse(error: RoostError): void {
    this.#error = error;
  }

  /** Something is back from sleep: makes sure of the connection, or gets one, now. */
  check(): void {
    const { retryAt } = this.#status as Partial<AwayStatus>;
    if (this.#link) this.#link.check(WAKE_TIMEOUT);
    else if (retryAt !== undefined && this.#hint === undefined) this.#open();
  }

  /** Closes the connection, keeps the session, and waits for `connect`. */
  drop(): void {
    if (this.#status.state === 'closed') return;
    this.#unlink(DROPPED);
    this.#away(undefined, 0);
  }

  /** Gives up a connection that has broken the protocol; the next one goes on from what is certain. */
  repair(reason: string): void {
    this.#unlink(DROPPED, reason);
    this.#closed(DROPPED, reason);
  }

  /** Stops for good. Resolves when the connection is closed. */
  close(): Promise<void> | undefined {
    const link = this.#link;
    this.#unlink(NORMAL);
    if (this.#status.state !== 'closed') this.#stop(NORMAL, '', 'ended');
    return link?.ended();
  }

  #open(): void {
    this.#settings.clock.clearTimeout(this.#retry);
    this.#hint = this.#error = undefined;
    this.#link = new Link(this.#url, this.#settings, this.#host, this.#refused, (code, reason) =>
      this.#closed(code, reason),
    );
    if (this.#since === undefined) this.tell({ state: 'connecting' });
    else this.#away(undefined, this.#attempt);
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
    if (this.#status.state === 'online' && now - this.#onlineAt >= STEADY) this.#attempt = 0;
    const refused = code === UNAUTHENTICATED;
    const why =
      STOPPING[code] ??
      (refused && (this.#refused || typeof auth !== 'function')
        ? 'unauthenticated'
        : ++this.#attempt > maxAttempts && 'unreachable');
    if (why) return this.#stop(code, reason, why);
    this.#refused = refused;
    const wait = this.#hint ?? random() * Math.min(backoff.max, backoff.min * 2 ** (this.#attempt - 1));
    this.#retry = clock.setTimeout(() => this.#open(), wait);
    this.#away(now + wait, this.#attempt);
  }

  #away(retryAt: number | undefined, attempt: number): void {
    this.#since ??= this.#settings.clock.now();
    this.tell({ state: 'away', since: this.#since, retryAt, attempt });
  }

  #stop(code: number, reason: string, why: ClosedWhy): void {
    const status: ClientStatus = { state: 'closed', code, reason, why, error: this.#error };
    this.#status = status;
    this.#since = undefined;
    this.#attempt = 0;
    this.#refused = false;
    this.#host.stopped(code in STOPPING, why === 'taken-over');
    // A listener may have started the client again.
    if (this.#status === status) this.#host.status(status);
  }
}
