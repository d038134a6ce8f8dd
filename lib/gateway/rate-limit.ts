import { TokenBucket, type TokenRate } from '../connection/token-bucket.js';
import { TokenBuckets } from '../connection/token-buckets.js';
import { RoostException } from '../protocol/index.js';
import type { Session } from '../sessions/session.js';
import type { Clock } from '../time/clock.js';
import type { RoostContext } from './context.js';

/**
 * How often a handler may run: `{ perSecond: 5 }`, or `{ count: 20, per: 30_000 }`. Each node counts for itself.
 *
 * @publicApi
 */
export type RateLimitOptions = (
  | { perSecond: number; count?: never; per?: never }
  | {
      count: number;
      /** Milliseconds. */
      per: number;
      perSecond?: never;
    }
) & {
  /** How often at once, after a while without any. @default `count`, or `perSecond` and at least 1 */
  burst?: number;
  /**
   * Whose runs are counted together.
   *
   * - `session`: those of one session
   * - `user`: those of one user, whatever their sessions; of nobody in particular, those of the session
   * - `room`: those of everybody in one room
   *
   * Users and rooms of which the handler ran lately are remembered up to 100,000 each; past that whoever was quiet for the
   * longest time begins anew.
   * @default 'session'
   */
  by?: 'session' | 'user' | 'room';
};

/** Users or rooms that one limit remembers. */
const REMEMBERED = 100_000;

const RATE_LIMITS = Symbol('roost:rate-limits');

/**
 * Limits how often an `@OnMessage` or `@OnJoin` handler runs. One run too many is refused with RATE_LIMITED and the time
 * after which it may be tried again (`retryAfter`), before guards and pipes are asked.
 *
 * ```ts
 * @OnMessage('say')
 * @RateLimit({ count: 20, per: 30_000, by: 'user' })
 * ```
 *
 * Several on one method all have to agree. A repeat of a request, which runs nothing, costs nothing.
 *
 * @publicApi
 */
export function RateLimit(options: RateLimitOptions): MethodDecorator {
  const fault = rateLimitFault(options);
  if (fault !== undefined) throw new TypeError(`@RateLimit(): ${fault}`);
  return (_target, _property, descriptor) => {
    const method = descriptor.value as object;
    Reflect.defineMetadata(RATE_LIMITS, [options, ...rateLimitsOf(method)], method);
  };
}

/** The limits of a method, in the order in which they are written. */
export function rateLimitsOf(method: object): readonly RateLimitOptions[] {
  return (Reflect.getMetadata(RATE_LIMITS, method) as RateLimitOptions[] | undefined) ?? [];
}

/** Counts the runs of one handler. */
export class RateLimiter {
  readonly #limits: readonly Limit[];

  constructor(
    limits: readonly RateLimitOptions[],
    private readonly clock: Clock,
  ) {
    this.#limits = limits.map((options) => new Limit(options));
  }

  /** @throws {RoostException} RATE_LIMITED where this is one run too many; it counts for none of the limits then */
  count(context: RoostContext): void {
    const now = this.clock.now();
    const taken: TokenBucket[] = [];
    for (const limit of this.#limits) {
      const bucket = limit.bucketOf(context, now);
      const retryAfter = bucket.take(now);
      if (retryAfter === undefined) {
        taken.push(bucket);
        continue;
      }
      for (const other of taken) other.giveBack();
      throw new RoostException('RATE_LIMITED', 'too often', { retryAfter });
    }
  }
}

class Limit {
  readonly #rate: TokenRate;
  readonly #by: NonNullable<RateLimitOptions['by']>;
  readonly #sessions = new WeakMap<Session, TokenBucket>();
  readonly #others: TokenBuckets;

  constructor({ perSecond, count, per, burst, by = 'session' }: RateLimitOptions) {
    this.#rate =
      perSecond === undefined
        ? { perSecond: (count / per) * 1_000, burst: burst ?? count }
        : { perSecond, burst: burst ?? Math.max(1, perSecond) };
    this.#by = by;
    this.#others = new TokenBuckets(this.#rate, REMEMBERED);
  }

  bucketOf({ session, room }: RoostContext, now: number): TokenBucket {
    const key = this.#by === 'room' ? room?.name : this.#by === 'user' ? session.user?.id : undefined;
    if (key !== undefined) return this.#others.of(key, now);
    let bucket = this.#sessions.get(session);
    if (bucket === undefined) this.#sessions.set(session, (bucket = new TokenBucket(this.#rate, now)));
    return bucket;
  }
}

const KNOWN = ['perSecond', 'count', 'per', 'burst', 'by'];

function rateLimitFault(options: RateLimitOptions): string | undefined {
  if (typeof options !== 'object' || (options as unknown) === null) return 'the options must be an object';
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) return `\`${unknown}\` is not known; there are ${KNOWN.join(', ')}`;
  const { perSecond, count, per, burst, by } = options;
  if ((perSecond === undefined) === (count === undefined && per === undefined)) {
    return 'say `perSecond`, or `count` and `per`';
  }
  if (perSecond !== undefined && !isAbove0(perSecond)) return '`perSecond` must be a number above 0';
  if (perSecond === undefined && !(isAbove0(count) && count >= 1)) return '`count` must be a number from 1';
  if (perSecond === undefined && !isAbove0(per)) return '`per` must be a number above 0';
  if (burst !== undefined && !(isAbove0(burst) && burst >= 1)) return '`burst` must be a number from 1';
  if (by !== undefined && !['session', 'user', 'room'].includes(by)) return "`by` must be 'session', 'user' or 'room'";
  return undefined;
}

function isAbove0(value: number | undefined): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}
