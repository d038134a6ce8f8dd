import fc from 'fast-check';

/**
 * Checks a property with a seed that is printed, so that a run can be had again:
 *
 * - `ROOST_SEED=123` takes this seed
 * - `ROOST_RUNS=5000` makes so many runs of each property
 *
 * @param name as the test is called
 */
export async function checkProperty<T>(name: string, property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  const seed = process.env['ROOST_SEED'] ? Number(process.env['ROOST_SEED']) : Math.floor(Math.random() * 2 ** 31);
  const numRuns = process.env['ROOST_RUNS'] ? Number(process.env['ROOST_RUNS']) : runs;
  process.stdout.write(`${name}: ROOST_SEED=${seed}, ${numRuns} runs\n`);
  await fc.assert(property, { seed, numRuns, endOnFailure: false });
}
