import type { Store } from '../store/store.js';

/**
 * A store to be examined, and what the examination needs of its surroundings.
 *
 * @publicApi
 */
export interface StoreUnderTest {
  readonly store: Store;
  /** The store's date, in milliseconds since 1970. */
  date(): number;
  /** Lets `ms` milliseconds pass for the store, by moving its clock where it has one. */
  pass(ms: number): void | Promise<void>;
  /** Called when the store has been closed. */
  cleanUp?(): void | Promise<void>;
}
