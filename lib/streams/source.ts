import { isObservable, Observable } from 'rxjs';

/** What a stream's values come from. */
export type StreamSource<T = unknown> = Observable<T> | AsyncIterable<T>;

export function isSource(value: unknown): value is StreamSource {
  return isObservable(value) || (typeof value === 'object' && value !== null && Symbol.asyncIterator in value);
}

/**
 * A source as an Observable. Who unsubscribes from an AsyncIterable ends its iteration at once, also while it waits for
 * a value; RxJS's own `from()` would end it with the next value, which may never come.
 */
export function valuesOf<T>(source: StreamSource<T>): Observable<T> {
  if (isObservable(source)) return source;
  return new Observable<T>((subscriber) => {
    const iterator = source[Symbol.asyncIterator]();
    const pull = async (): Promise<void> => {
      for (;;) {
        const next = await iterator.next();
        if (subscriber.closed) return;
        if (next.done === true) return subscriber.complete();
        subscriber.next(next.value);
      }
    };
    let ended = false;
    pull()
      .finally(() => (ended = true))
      .catch((error: unknown) => subscriber.error(error));
    return () => {
      // What fails while nobody listens any more has nobody to be told.
      if (!ended) iterator.return?.().catch(() => undefined);
    };
  });
}
