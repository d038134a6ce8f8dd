/** Who is told of a stream's values; RxJS's observers are such. @publicApi */
export interface EventObserver<T> {
  next?(value: T): void;
  error?(error: unknown): void;
  complete?(): void;
}

/**
 * The values of one event, from when it is subscribed on. It ends when the room is left, at once where it was
 * left before, or when the server says that the event's stream is over. RxJS's `from()` takes it, and so does `for await`:
 *
 * ```ts
 * from(room.on$('price')).pipe(auditTime(100)).subscribe(show);
 * for await (const price of room.on$('price')) show(price);
 * ```
 *
 * @publicApi
 */
export interface EventStream<T> extends AsyncIterable<T> {
  subscribe(observer: EventObserver<T>): { unsubscribe(): void };
}

/** Values that a slow `for await` may be behind; one more ends it with an error. */
const BEHIND = 1_000;

/** What RxJS looks for, with and without the proposed symbol. */
const interop = (Symbol as { observable?: symbol }).observable ?? '@@observable';

/** @param listen begins to tell an observer; returns a function that ends it */
export function eventStream<T>(listen: (observer: EventObserver<T>) => () => void): EventStream<T> {
  const stream: EventStream<T> = {
    subscribe: (observer) => ({ unsubscribe: listen(observer) }),
    async *[Symbol.asyncIterator]() {
      const waiting: T[] = [];
      let over = false;
      let wake = () => {};
      const stop = listen({
        next(value) {
          // One too many tells the loop, and the rest is not kept for it.
          if (waiting.length <= BEHIND) waiting.push(value);
          wake();
        },
        complete() {
          over = true;
          wake();
        },
      });
      try {
        for (;;) {
          if (waiting.length > BEHIND) throw new RangeError('too slow');
          if (waiting.length > 0) yield waiting.shift() as T;
          else if (over) return;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        stop();
      }
    },
  };
  return Object.assign(stream, { [interop]: () => stream });
}
