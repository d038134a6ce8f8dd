import type { Report } from './listeners.js';

/**
 * Time as a client sees it; tests replace it.
 *
 * @publicApi
 */
export interface ClientClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, after `ms` milliseconds. */
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/**
 * The part of a WebSocket that a client uses; a browser's, Node's own and that of `ws` have it.
 *
 * @publicApi
 */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: WebSocketEventLike) => void): void;
}

/** What a client reads of a WebSocket's events. @publicApi */
export interface WebSocketEventLike {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** @publicApi */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** The part of `sessionStorage` that a client uses. @publicApi */
export interface SessionStorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Gives the credentials of one connection. `refused` is true where the server has just refused, or no longer takes, the
 * last ones: fetch new ones then rather than giving a kept copy.
 *
 * @publicApi
 */
export type AuthFunction = (request: { readonly refused: boolean }) => unknown;

/** @publicApi */
export interface RoostClientOptions {
  /**
   * Credentials for the server's authenticator: a value, or a function (it may be async) that is asked anew for each
   * connection. After a refusal (4401) a function is asked once more, with `refused: true`; a value is not sent twice.
   * Default: none.
   */
  auth?: AuthFunction | object | string | number | boolean | null;
  /** Waits for `connect()` instead of connecting at once. Default: false. */
  lazy?: boolean;
  /** The WebSocket class. Default: the global one; Node has it from version 22 on, before that pass the one of `ws`. */
  WebSocket?: WebSocketConstructor;
  /**
   * How long to wait before coming back: a random time from 0 to `min`, and each time in a row twice as much, up to
   * `max`. A hint of the server's goes before. Milliseconds; default: 500 and 30,000.
   */
  backoff?: { min?: number; max?: number };
  /** Attempts in a row to come back that may fail before the client stops (`unreachable`). Default: no limit. */
  maxAttempts?: number;
  timeouts?: {
    /**
     * How long to wait for an answer once its frame is sent; time without a connection does not count. The server gives
     * its handlers 30 s, so the margin is for the way. Milliseconds; default: 35,000.
     */
    answer?: number;
    /** How long one attempt to connect may take, `auth` included. Milliseconds; default: 20,000. */
    connect?: number;
  };
  /**
   * How much may wait to be sent, while the client is away or because the server still works on `limits.pending` frames.
   * What goes beyond is rejected with `UNAVAILABLE`. Frames and bytes; default: 256 and 1 MiB.
   */
  queue?: { count?: number; bytes?: number };
  /**
   * Where the session is put when the page is hidden for good, so that a reload resumes it; `sessionStorage` as a rule. It is
   * taken out again on load, so that a duplicated tab begins a session of its own. Rooms that the reloaded page does not
   * join before the connection stands are left. Default: none, a reload begins a new session.
   */
  storage?: SessionStorageLike;
  /**
   * Is told what listeners and `auth` throw, and what the server complains about without saying about which request.
   * It must not throw. Default: `reportError` where there is one, else `console.error`.
   */
  onError?: (error: unknown) => void;
  /** Time. Default: the machine's. */
  clock?: ClientClock;
  /** A random number from 0 up to 1, for the spread of attempts and pings. Default: `Math.random`. */
  random?: () => number;
}

/** The options with their defaults. */
export interface Settings {
  readonly auth?: unknown;
  readonly WebSocket: WebSocketConstructor;
  readonly backoff: { readonly min: number; readonly max: number };
  readonly maxAttempts: number;
  readonly timeouts: { readonly answer: number; readonly connect: number };
  readonly queue: { readonly count: number; readonly bytes: number };
  readonly storage?: SessionStorageLike;
  readonly onError: Report;
  readonly clock: ClientClock;
  readonly random: () => number;
}

const clock: ClientClock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** @throws {TypeError} where there is no WebSocket class */
export function settingsOf(options: RoostClientOptions): Settings {
  const { WebSocket } = globalThis as Partial<typeof globalThis>;
  const settings = fill({ WebSocket, maxAttempts: Infinity, clock, random: Math.random, onError }, options);
  if (!settings.WebSocket) throw new TypeError('WebSocket is missing');
  return {
    ...(settings as typeof settings & Pick<Settings, 'WebSocket'>),
    backoff: fill({ min: 500, max: 30_000 }, options.backoff),
    timeouts: fill({ answer: 35_000, connect: 20_000 }, options.timeouts),
    queue: fill({ count: 256, bytes: 1_048_576 }, options.queue),
  };
}

/** Options that are given as `undefined` count as left out. */
function fill<T extends object, O extends object>(defaults: T, options: O | undefined): T & O {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as T & O;
}

function onError(error: unknown): void {
  // oxlint-disable-next-line no-console -- where there is no reportError, nothing else is left
  ((globalThis as Partial<typeof globalThis>).reportError ?? console.error)(error);
}
