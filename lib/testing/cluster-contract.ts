import { nodeCases } from './cluster-contract-nodes.js';
import { rosterCases } from './cluster-contract-rosters.js';
import { sessionCases } from './cluster-contract-sessions.js';
import type { ClusterUnderTest } from './cluster-under-test.js';
import type { StoreContractCase } from './store-contract.js';

/**
 * What a store with a `cluster` promises beside what {@link storeContract} asks of every store: what nodes share of
 * sessions, of who is in which room, and of each other.
 *
 * ```ts
 * for (const { name, run } of clusterContract(() => createTwoNodes())) test(name, run);
 * ```
 *
 * @param create makes two nodes that share something empty
 * @publicApi
 */
export function clusterContract(create: () => ClusterUnderTest | Promise<ClusterUnderTest>): StoreContractCase[] {
  return [...sessionCases, ...rosterCases, ...nodeCases].map(([name, examine]) => ({
    name,
    run: async () => {
      const under = await create();
      try {
        await examine(under);
      } finally {
        for (const node of under.nodes) await node.close();
        await under.cleanUp?.();
      }
    },
  }));
}
