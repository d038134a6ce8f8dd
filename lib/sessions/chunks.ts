/** Sessions that are dealt with at once, where all are to be. */
const AT_ONCE = 100;

/** Splits what is to be done into what is done at once. */
export function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}
