import fc from 'fast-check';

/**
 * A seed, which is printed, so that a run can be had again: `ROOST_SEED=123` takes this one.
 *
 * @param name as the test is called
 * @param standard where none is given; by default any
 */
export function seedOf(name: string, standard = Math.floor(Math.random() * 2 ** 31)): number {
  const given = process.env['ROOST_SEED'];
  const seed = given ? Number(given) : standard;
  process.stdout.write(`${name}: ROOST_SEED=${seed}\n`);
  return seed;
}

/**
 * Checks a property with a seed that is printed.
 *
 * @param runs how many, where `ROOST_RUNS` does not say so
 */
export async function checkProperty<T>(name: string, property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  const given = process.env['ROOST_RUNS'];
  await fc.assert(property, { seed: seedOf(name), numRuns: given ? Number(given) : runs });
}
