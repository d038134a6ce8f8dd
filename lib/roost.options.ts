import type { Type } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Authenticate, Authenticator } from './gateway/authentication.js';
import type { TokenRate } from './connection/token-bucket.js';
import { systemClock, type Clock } from './time/clock.js';
import type { Store } from './store/store.js';

/**
 * How Roost is mounted: what belongs to the transport, to sessions and to who may enter. What belongs to a room stands in
 * `@RoomGateway(pattern, options)`.
 *
 * Sizes are in bytes, durations in milliseconds.
 *
 * @publicApi
 */
export interface RoostOptions {
  /**
   * URL path of the WebSocket endpoint.
   * @default '/ws'
   */
  path?: string;
  /**
   * Says who a connection belongs to: a function, or the class of a provider. Without it everybody may enter, as nobody
   * in particular.
   */
  authenticate?: Authenticate | Type<Authenticator>;
  /**
   * Pages that may connect. A request without an `Origin` header (no browser) always may.
   *
   * - `'same-host'`: pages of the host that the request names
   * - `'any'`: all
   * - a list: same host, and these origins (`'https://example.org'`) or patterns
   * - a function: as it says
   * @default 'same-host'
   */
  origin?: 'same-host' | 'any' | readonly (string | RegExp)[] | ((origin: string, request: IncomingMessage) => boolean);
  /**
   * Whether stock WebSocket clients, which offer no subprotocol, may connect.
   * @default true
   */
  plain?: boolean;
  /**
   * Whether `roost.v1` requests too are refused before the upgrade with an HTTP status (which a browser's page cannot
   * see) instead of after it with a close code. The authenticator is then asked at the upgrade as well as at `connect`.
   * @default false
   */
  refuseBeforeUpgrade?: boolean;
  /**
   * The address that limits count by.
   * @default the socket's remote address; behind a proxy, read the header that it sets
   */
  address?: (request: IncomingMessage) => string;
  heartbeat?: {
    /** Silence after which a side pings. @default 25_000 */
    interval?: number;
    /** Further silence after which it gives the connection up. @default 10_000 */
    timeout?: number;
  };
  session?: {
    /** How long a session outlives its connection. @default 120_000 */
    ttl?: number;
    /** Away sessions of one user. The oldest end first, here and in the next two. @default 20 */
    awayPerUser?: number;
    /** Away sessions of nobody in particular from one address. @default 20 */
    awayPerAddress?: number;
    /** Away sessions in all. @default 10_000 */
    away?: number;
    /**
     * Answers kept for repeated requests; an older one's repeat is answered DUPLICATE_ID. A client that comes back may
     * repeat `limits.pending` of them: keep at least as many.
     */
    answers?: { /** @default 128 */ count?: number; /** @default 262_144 */ bytes?: number };
    /** Direct messages kept until acknowledged; past that the oldest go, and the next resume tells. */
    direct?: { /** @default 256 */ count?: number; /** @default 262_144 */ bytes?: number };
  };
  limits?: {
    /** Bytes of one frame, either way. @default 65_536 */
    frame?: number;
    /** Bytes of a `connect` frame, which holds a position for each room. @default 131_072 */
    connect?: number;
    /** Frames held behind `connect` until `welcome`; one more closes the connection. */
    held?: { /** @default 16 */ count?: number; /** @default 65_536 */ bytes?: number };
    /** Rooms of one session. @default 100 */
    rooms?: number;
    /** Unfinished frames of one session; one more is answered RATE_LIMITED. @default 128 */
    pending?: number;
    /** Bytes queued to one socket. Past half of it ephemeral messages are skipped, which `session.skipped` counts; past it the socket is closed. @default 1_048_576 */
    queue?: number;
    /** Bad frames in a row after which a connection is closed. @default 10 */
    badFrames?: number;
    /** Entries of one replay; a longer one is answered `recovered: false`. @default 1_000 */
    replay?: number;
    /** Messages of one session. @default { perSecond: 50, burst: 200 } */
    messages?: TokenRate | false;
    /** New connections from one address; a resume does not count. @default { perSecond: 20, burst: 200 } */
    connections?: TokenRate | false;
  };
  timeouts?: {
    /** For `connect` to arrive, and then for `authenticate` to answer. @default 10_000 */
    connect?: number;
    /** For a handler; then its request is answered OUTCOME_UNKNOWN. @default 30_000 */
    handler?: number;
    /** For a resume handler; then its room is refused. @default 5_000 */
    resume?: number;
    /** For handlers and leave hooks that still run at a shutdown. @default 5_000 */
    drain?: number;
  };
  shutdown?: {
    /** Clients are told to come back between `after` and `after + spread` later. @default 500 */
    after?: number;
    /** @default 5_000 */
    spread?: number;
  };
  fanOut?: {
    /** How long a room gathers messages before it writes: 0 (one turn of the event loop) to 50. @default 0 */
    window?: number;
  };
  /**
   * Whether rooms' messages are compressed, for clients that take it (permessage-deflate, RFC 7692): once for each
   * message, from `threshold` bytes on, and not for each member. It saves bandwidth and costs time.
   * @default false, and a threshold of 1_024
   */
  compression?: boolean | { threshold?: number };
  /**
   * Where rooms' logs are kept.
   * @default an in-memory store of at most 256 MiB
   */
  store?: Store;
  /** Time and timers; for tests. */
  clock?: Clock;
}

/** Makes the options in a class of its own; for `RoostModule.forRootAsync({ useClass })`. @publicApi */
export interface RoostOptionsFactory {
  createRoostOptions(): RoostOptions | Promise<RoostOptions>;
}

const DEFAULTS = {
  path: '/ws',
  authenticate: undefined as RoostOptions['authenticate'],
  origin: 'same-host' as NonNullable<RoostOptions['origin']>,
  plain: true,
  refuseBeforeUpgrade: false,
  address: (request: IncomingMessage): string => request.socket.remoteAddress ?? '',
  heartbeat: { interval: 25_000, timeout: 10_000 },
  session: {
    ttl: 120_000, // 2 minutes
    awayPerUser: 20,
    awayPerAddress: 20,
    away: 10_000,
    answers: { count: 128, bytes: 256 * 1024 },
    direct: { count: 256, bytes: 256 * 1024 },
  },
  limits: {
    frame: 64 * 1024,
    connect: 128 * 1024,
    held: { count: 16, bytes: 64 * 1024 },
    rooms: 100,
    pending: 128,
    queue: 1024 * 1024,
    badFrames: 10,
    replay: 1_000,
    messages: { perSecond: 50, burst: 200 } as TokenRate | false,
    connections: { perSecond: 20, burst: 200 } as TokenRate | false,
  },
  timeouts: { connect: 10_000, handler: 30_000, resume: 5_000, drain: 5_000 },
  shutdown: { after: 500, spread: 5_000 },
  fanOut: { window: 0 },
  compression: false as boolean | { threshold?: number },
  store: undefined as Store | undefined,
  clock: systemClock,
};

/** Options with every default in its place. */
export type ResolvedOptions = Readonly<typeof DEFAULTS>;

/** What is wrong with an option; the message names it. */
export class RoostOptionError extends Error {
  override readonly name = 'RoostOptionError';

  constructor(option: string, problem: string) {
    super(`RoostModule: option \`${option}\` ${problem}`);
  }
}

/**
 * Puts defaults where nothing is said.
 *
 * @throws {RoostOptionError | TypeError} where something is said that cannot be
 */
export function resolveOptions(options: RoostOptions): ResolvedOptions {
  // A factory may have returned anything.
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('RoostModule: the options must be an object');
  }
  const resolved = merge(DEFAULTS, options, '') as ResolvedOptions;
  check(resolved);
  return resolved;
}

/** Options that hold other things than options of their own. */
const LEAVES = new Set(['origin', 'store', 'clock', 'limits.messages', 'limits.connections']);

function merge(defaults: object, given: object, parent: string): object {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new RoostOptionError(parent + name, `is not known; there are ${Object.keys(defaults).join(', ')}`);
    }
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([name, standard]: [string, unknown]) => {
      const value = (given as Record<string, unknown>)[name];
      const option = parent + name;
      if (value === undefined) return [name, standard];
      if (typeof standard !== 'object' || standard === null || LEAVES.has(option)) return [name, value];
      if (typeof value !== 'object' || value === null) throw new RoostOptionError(option, 'must be an object');
      return [name, merge(standard, value, `${option}.`)];
    }),
  );
}

/** Numbers that may be 0; all others are above. */
const FROM_ZERO = new Set([
  'session.ttl', 'session.awayPerUser', 'session.awayPerAddress', 'session.away', 'session.answers.count',
  'session.answers.bytes', 'session.direct.count', 'session.direct.bytes', 'limits.held.count', 'limits.held.bytes',
  'limits.replay', 'timeouts.drain', 'shutdown.after', 'shutdown.spread', 'fanOut.window',
]); // prettier-ignore

/** The longest that a timer can wait. */
const LONGEST = 2 ** 31 - 1;

function check(options: ResolvedOptions): void {
  checkNumbers(DEFAULTS, options, '');
  const { path, origin, authenticate, store, clock } = options;
  if (typeof path !== 'string' || !path.startsWith('/')) throw new RoostOptionError('path', 'must begin with "/"');
  for (const name of ['plain', 'refuseBeforeUpgrade'] as const) {
    if (typeof options[name] !== 'boolean') throw new RoostOptionError(name, 'must be true or false');
  }
  if (typeof options.address !== 'function') throw new RoostOptionError('address', 'must be a function');
  if (authenticate !== undefined && typeof authenticate !== 'function') {
    throw new RoostOptionError('authenticate', 'must be a function, or the class of a provider');
  }
  if (authenticate !== undefined && isClass(authenticate)) {
    checkMethods('authenticate', authenticate.prototype as object, ['authenticate'], `${authenticate.name} `);
  }
  const listed = Array.isArray(origin) && origin.every((one) => typeof one === 'string' || one instanceof RegExp);
  if (origin !== 'same-host' && origin !== 'any' && typeof origin !== 'function' && !listed) {
    throw new RoostOptionError('origin', "must be 'same-host', 'any', a function, or a list of strings and patterns");
  }
  for (const name of ['messages', 'connections'] as const) checkRate(`limits.${name}`, options.limits[name]);
  if (options.fanOut.window > 50) throw new RoostOptionError('fanOut.window', 'must be a number from 0 to 50');
  checkCompression(options.compression);
  if (store !== undefined) checkStore(store);
  checkMethods('clock', clock, ['now', 'date', 'setTimeout', 'clearTimeout', 'random']);
}

/** @throws {RoostOptionError} where it is no store */
export function checkStore(store: Store): void {
  checkMethods('store', store, ['append', 'publish', 'retract', 'read', 'span', 'subscribe', 'elect', 'close']);
  checkMethods('store.bans', store.bans ?? {}, ['add', 'lift', 'find', 'list']);
}

function checkNumbers(defaults: object, options: object, parent: string): void {
  for (const [name, standard] of Object.entries(defaults) as [string, unknown][]) {
    const option = parent + name;
    const value = (options as Record<string, unknown>)[name];
    if (typeof standard === 'object' && standard !== null && !LEAVES.has(option)) {
      checkNumbers(standard, value as object, `${option}.`);
    } else if (typeof standard === 'number') {
      const zero = FROM_ZERO.has(option);
      const fits = typeof value === 'number' && value <= LONGEST && (zero ? value >= 0 : value > 0);
      if (!fits) throw new RoostOptionError(option, `must be a number ${zero ? 'from 0' : 'above 0'}`);
    }
  }
}

function checkRate(option: string, rate: TokenRate | false): void {
  if (rate === false) return;
  const numbers = Number.isFinite(rate?.perSecond) && Number.isFinite(rate.burst);
  if (!numbers || rate.perSecond <= 0 || rate.burst < 1) {
    throw new RoostOptionError(option, 'must be { perSecond, burst }, above 0 and from 1, or false');
  }
}

function checkCompression(compression: boolean | { threshold?: number }): void {
  if (typeof compression === 'boolean') return;
  const given = typeof compression === 'object' ? compression : undefined;
  const { threshold = 0, ...others } = given ?? { threshold: Number.NaN };
  if (typeof threshold !== 'number' || !(threshold >= 0) || Object.keys(others).length > 0) {
    throw new RoostOptionError('compression', 'must be true, false or { threshold }, a number from 0');
  }
}

/** A class cannot be called, so that it is no authenticator by itself. */
function isClass(given: Function): boolean {
  return /^class\b/.test(Function.prototype.toString.call(given));
}

function checkMethods(option: string, value: object | undefined, methods: readonly string[], of = ''): void {
  if (value === undefined) return;
  const given = value as Record<string, unknown> | null;
  const missing = methods.find((method) => typeof given?.[method] !== 'function');
  if (missing !== undefined) throw new RoostOptionError(option, `${of}lacks the method ${missing}()`);
}
