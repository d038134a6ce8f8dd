import type { Cluster } from '../store/cluster.js';
import type { Store } from '../store/store.js';

/**
 * A store as one node sees it that has others.
 *
 * @publicApi
 */
export type ClusterStore = Store & { readonly cluster: Cluster };

/**
 * Two nodes' views of what they share, and what the examination needs of their surroundings.
 *
 * @publicApi
 */
export interface ClusterUnderTest {
  readonly nodes: readonly [ClusterStore, ClusterStore];
  /** Lets `ms` milliseconds pass for both, by moving their clock where they have one. */
  pass(ms: number): void | Promise<void>;
  /** Called when both have been closed. */
  cleanUp?(): void | Promise<void>;
}
