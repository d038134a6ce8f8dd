import fc from 'fast-check';

/**
 * The seed of a run, which is printed: the same one each time, so that what passed yesterday passes today. New ground is
 * for `npm run explore`, which sets `ROOST_SEED=any`; what it finds is had again with `ROOST_SEED=123`.
 *
 * @param name as the test is called
 */
export function seedOf(name: string): number {
  const given = process.env['ROOST_SEED'] ?? '1';
  const seed = given === 'any' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  process.stdout.write(`${name}: ROOST_SEED=${seed}\n`);
  return seed;
}

/** How many times as many runs as `npm test` makes: `ROOST_TIMES`. Multiplies a test's time-out too. */
export const TIMES = Number(process.env['ROOST_TIMES'] ?? 1);

/** Checks a property with a seed that is printed, `runs` times {@link TIMES}. */
export async function checkProperty<T>(name: string, property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  await fc.assert(property, { seed: seedOf(name), numRuns: runs * TIMES });
}
