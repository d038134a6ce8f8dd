import { parse } from 'cookie';
import type { IncomingMessage } from 'node:http';
import type { ConnectionMode } from '../connection/connection.js';
import type { TokenRate } from '../connection/token-bucket.js';
import { TokenBuckets } from '../connection/token-buckets.js';
import { CloseCode, RoostException, SUBPROTOCOL, type ErrorCode } from '../protocol/index.js';
import { withDeadline } from '../sessions/deadline.js';
import type { Identity } from '../sessions/session.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import type { Authenticate, Authenticated, Handshake } from './authentication.js';
import { refusalOf } from './refusal.js';

/** Addresses whose rates are remembered; past that whoever was quiet for the longest time begins anew. */
const ADDRESSES = 10_000;

/** Why a request is not upgraded. */
export interface HttpRefusal {
  readonly status: number;
  readonly message: string;
  /** Milliseconds. */
  readonly retryAfter?: number | undefined;
}

const GOING_DOWN: HttpRefusal = { status: 503, message: 'the server is going down' };

export interface GatekeeperOptions {
  readonly origin:
    | 'same-host'
    | 'any'
    | readonly (string | RegExp)[]
    | ((origin: string, request: IncomingMessage) => boolean);
  readonly refuseBeforeUpgrade: boolean;
  readonly address: (request: IncomingMessage) => string;
  readonly connections: TokenRate | false;
  readonly authenticate: Authenticate | undefined;
  /** Milliseconds that the authenticator has. */
  readonly timeout: number;
}

/** Decides who may enter: by origin, by rate, and by what the app's authenticator says. */
export class Gatekeeper {
  readonly #buckets: TokenBuckets | undefined;
  /** What was decided before the upgrade, for after it. */
  readonly #admitted = new WeakMap<IncomingMessage, Identity>();
  #draining = false;

  constructor(
    private readonly options: GatekeeperOptions,
    private readonly clock: Clock,
    private readonly wheel: TimerWheel,
    private readonly onError: (error: unknown, what: string) => void,
  ) {
    const { connections } = options;
    this.#buckets = connections === false ? undefined : new TokenBuckets(connections, ADDRESSES);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Lets nobody in from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** How a request wants to speak. */
  modeOf(request: IncomingMessage): ConnectionMode {
    return request.headers['sec-websocket-protocol'] === undefined ? 'plain' : 'session';
  }

  addressOf(request: IncomingMessage): string {
    return this.options.address(request);
  }

  /** Looks at a request before it is upgraded; nothing where it may go on. */
  async check(request: IncomingMessage): Promise<HttpRefusal | undefined> {
    if (this.#draining) return GOING_DOWN;
    if (!this.#originAllowed(request)) return { status: 403, message: 'this origin may not connect' };
    const mode = this.modeOf(request);
    if (mode === 'session' && !this.options.refuseBeforeUpgrade) return undefined;
    // A session's rate is taken when it is known not to be a resume.
    const wait = mode === 'plain' ? this.take(this.addressOf(request)) : undefined;
    if (wait !== undefined) return { status: 429, message: 'too many connections', retryAfter: wait };
    try {
      const identity = await this.identify(request, { step: 'upgrade', mode, auth: undefined, resuming: undefined });
      // The app may have taken its time.
      if (this.#draining) return GOING_DOWN;
      if (mode === 'plain') this.#admitted.set(request, identity);
      return undefined;
    } catch (error) {
      const { code, message, retryAfter } = refusalOf(error);
      return { status: statusOf(code), message, retryAfter };
    }
  }

  /** Who a plain client is, as was decided before its upgrade. */
  admitted(request: IncomingMessage): Identity | undefined {
    return this.#admitted.get(request);
  }

  /**
   * Asks the app who a client is.
   *
   * @throws {RoostException} where it may not enter; UNAVAILABLE where the app does not say in time
   */
  async identify(
    request: IncomingMessage,
    asked: Pick<Handshake, 'step' | 'mode' | 'auth' | 'resuming'>,
  ): Promise<Identity> {
    const { authenticate } = this.options;
    if (authenticate === undefined) return { user: undefined, expiresAt: undefined };
    try {
      const found = await this.#ask(authenticate, {
        ...asked,
        request,
        headers: request.headers,
        cookies: parse(request.headers.cookie ?? ''),
        address: this.addressOf(request),
      });
      if (found) return identityOf(found);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.code !== 'INTERNAL') throw refusal;
      // Whoever could not be asked about is not let in; why stays here.
      this.onError(error, 'authenticate');
    }
    throw new RoostException('UNAUTHENTICATED', 'not authenticated');
  }

  async #ask(authenticate: Authenticate, handshake: Handshake): Promise<Authenticated | undefined | null | false> {
    const asking = (async () => authenticate(handshake))();
    const late = (error: unknown) => this.onError(error ?? new Error('answered too late'), 'authenticate');
    try {
      return await withDeadline(this.wheel, this.options.timeout, asking, late);
    } catch (error) {
      if (!(error instanceof RoostException) || error.code !== 'OUTCOME_UNKNOWN') throw error;
      throw new RoostException('UNAVAILABLE', 'authentication takes too long', { cause: error });
    }
  }

  /** Counts a new connection; where there are too many, says after how many milliseconds there may be one. */
  take(address: string): number | undefined {
    const now = this.clock.now();
    return this.#buckets?.of(address, now).take(now);
  }

  #originAllowed(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    const allowed = this.options.origin;
    if (origin === undefined || allowed === 'any') return true;
    if (typeof allowed === 'function') return allowed(origin, request);
    if (URL.canParse(origin) && new URL(origin).host === request.headers.host) return true;
    if (allowed === 'same-host') return false;
    return allowed.some((one) => (typeof one === 'string' ? one === origin : one.test(origin)));
  }
}

/** The close code that says the same as an error. */
export function closeCodeOf(code: ErrorCode): number {
  if (code === 'FORBIDDEN') return CloseCode.FORBIDDEN;
  if (code === 'RATE_LIMITED') return CloseCode.RATE_LIMITED;
  return CloseCode.UNAUTHENTICATED;
}

/** Picks the subprotocol. Of unknown ones the first is taken, so that the client hears why it is closed. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(SUBPROTOCOL)) return SUBPROTOCOL;
  const [first] = offered;
  return first ?? false;
}

function statusOf(code: ErrorCode): number {
  if (code === 'FORBIDDEN') return 403;
  if (code === 'RATE_LIMITED') return 429;
  if (code === 'UNAVAILABLE') return 503;
  if (code === 'INTERNAL') return 500;
  return 401;
}

function identityOf({ user, expiresAt, ...rest }: Authenticated): Identity {
  if (user !== undefined && typeof user.id !== 'string')
    throw new TypeError('authenticate: `user.id` must be a string');
  if (user === undefined && 'id' in rest) throw new TypeError('authenticate must return { user }, not the user itself');
  const expiry = expiresAt === undefined ? undefined : Number(expiresAt);
  if (Number.isNaN(expiry)) throw new TypeError('authenticate: `expiresAt` must be a date or a number of milliseconds');
  return { user, expiresAt: expiry };
}
