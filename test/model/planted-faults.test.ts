import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seedOf } from '../support/property.js';
import { faults } from './faults.js';
import { play } from './run.js';
import { stepArbitrary } from './steps.js';

/** Runs after which a fault counts as not found. */
const RUNS = 10_000;

/** How many runs it takes to find something wrong. */
async function runsToFind(seed: number): Promise<number> {
  const property = fc.asyncProperty(
    fc.array(stepArbitrary, { minLength: 5, maxLength: 60, size: 'max' }),
    async (steps) => (await play(steps)).length === 0,
  );
  const { failed, numRuns } = await fc.check(property, { seed, numRuns: RUNS, endOnFailure: true });
  return failed ? numRuns : Number.POSITIVE_INFINITY;
}

describe('the model finds that', () => {
  it.each(Object.entries(faults))(
    '%s',
    async (name, plant) => {
      const seed = seedOf(name);
      const remove = plant();
      try {
        expect(await runsToFind(seed)).toBeLessThanOrEqual(RUNS);
      } finally {
        remove();
      }
    },
    120_000,
  );
});
