/** Milliseconds that something may take to happen. Less than a test has, so that what was missing is told. */
const PATIENCE = 25_000;
/** Milliseconds between two looks. */
const LOOK = 10;

/**
 * Waits for what no event tells of: another process's state, or what a server has written.
 *
 * @param what is missing, where it is not so in time
 * @param patience milliseconds
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: () => string,
  patience = PATIENCE,
): Promise<void> {
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
