import { Bench } from './contract-tools.js';
import { banCases } from './store-contract-bans.js';
import { epochCases } from './store-contract-epochs.js';
import { listeningCases } from './store-contract-listening.js';
import { readingCases } from './store-contract-reading.js';
import type { StoreUnderTest } from './store-under-test.js';

/**
 * One promise of the port: run it with whatever runs your tests.
 *
 * @publicApi
 */
export interface StoreContractCase {
  readonly name: string;
  /** Rejects where the store breaks the promise. */
  readonly run: () => Promise<void>;
}

/**
 * What every store promises, as cases that need no test framework. Each case runs on a store of its own.
 *
 * ```ts
 * for (const { name, run } of storeContract(() => createStoreUnderTest())) test(name, run);
 * ```
 *
 * @param create makes an empty store
 * @publicApi
 */
export function storeContract(create: () => StoreUnderTest | Promise<StoreUnderTest>): StoreContractCase[] {
  return [...readingCases, ...listeningCases, ...epochCases, ...banCases].map(([name, examine]) => ({
    name,
    run: async () => {
      const bench = new Bench(await create());
      try {
        await examine(bench);
      } finally {
        await bench.close();
      }
    },
  }));
}
