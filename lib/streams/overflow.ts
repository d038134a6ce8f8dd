import {
  asapScheduler,
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { Overflow } from './options.js';

/** Values that may wait where nothing else is said. */
const BUFFER = 1_000;
/** Keys whose newest value may wait. */
const KEYS = 10_000;

/** More values came than a stream's `buffer` holds, or values of more than 10,000 keys. @publicApi */
export class StreamOverflowError extends Error {
  override readonly name = 'StreamOverflowError';

  constructor(most: number, mend = 'choose `latest`, `sample` or `drop`, or a larger `buffer`') {
    super(`more than ${most} values wait to be sent; ${mend}`);
  }
}

/** Values that wait for the next flush. */
interface Waiting<T> {
  readonly size: number;
  /** @throws {StreamOverflowError} */
  add(value: T): void;
  take(): Iterable<T>;
}

/**
 * Lets values through in flushes, and keeps to an {@link Overflow} policy between them. The source is never slowed.
 *
 * What waits when the source completes is let through first; when it fails, what waits is let go.
 */
export function overflow<T>(
  policy: Overflow<T>,
  schedulers: { turn: SchedulerLike; time: SchedulerLike } = { turn: asapScheduler, time: asyncScheduler },
): OperatorFunction<T, T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const waiting = waitingFor(policy);
      let flushing: Subscription | undefined;

      const emit = (): void => {
        for (const value of waiting.take()) subscriber.next(value);
      };
      // With `sample` a flush is followed by a pause, at whose end there is another where something came meanwhile.
      const pause = (): void => {
        flushing = schedulers.time.schedule(() => {
          flushing = undefined;
          if (waiting.size === 0) return;
          emit();
          pause();
        }, policy.sample);
      };
      const flush = (): void => {
        flushing = undefined;
        emit();
        if (policy.sample !== undefined) pause();
      };

      const subscription = source.subscribe({
        next: (value) => {
          try {
            waiting.add(value);
          } catch (error) {
            subscriber.error(error);
            return;
          }
          flushing ??= schedulers.turn.schedule(flush);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          emit();
          subscriber.complete();
        },
      });
      return () => {
        subscription.unsubscribe();
        flushing?.unsubscribe();
      };
    });
}

function waitingFor<T>(policy: Overflow<T>): Waiting<T> {
  if (policy.latest === true || policy.sample !== undefined) return new Newest(policy.key ?? (() => undefined));
  if (policy.drop === true) return new First();
  return new All(policy.buffer ?? BUFFER);
}

class Newest<T> implements Waiting<T> {
  #values = new Map<unknown, T>();

  constructor(private readonly key: (value: T) => unknown) {}

  get size(): number {
    return this.#values.size;
  }

  add(value: T): void {
    const key = this.key(value);
    if (this.#values.size >= KEYS && !this.#values.has(key)) {
      throw new StreamOverflowError(KEYS, 'choose a `key` with fewer values');
    }
    this.#values.set(key, value);
  }

  take(): Iterable<T> {
    const values = this.#values;
    this.#values = new Map();
    return values.values();
  }
}

class First<T> implements Waiting<T> {
  #value: [T] | [] = [];

  get size(): number {
    return this.#value.length;
  }

  add(value: T): void {
    if (this.#value.length === 0) this.#value = [value];
  }

  take(): Iterable<T> {
    const value = this.#value;
    this.#value = [];
    return value;
  }
}

class All<T> implements Waiting<T> {
  #values: T[] = [];

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#values.length;
  }

  add(value: T): void {
    if (this.#values.length >= this.limit) throw new StreamOverflowError(this.limit);
    this.#values.push(value);
  }

  take(): Iterable<T> {
    const values = this.#values;
    this.#values = [];
    return values;
  }
}
