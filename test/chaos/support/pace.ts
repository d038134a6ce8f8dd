import { once } from 'node:events';

/** Calls `step` at a pace, and settles after the last one. */
export async function steadily(ms: number, times: number, step: (n: number) => void): Promise<void> {
  const done = new EventTarget();
  let n = 0;
  const timer = setInterval(() => {
    step(n++);
    if (n === times) done.dispatchEvent(new Event('done'));
  }, ms);
  await once(done, 'done');
  clearInterval(timer);
}

/**
 * Settles when it is so; looks with each turn of a timer, since a client tells of no position.
 *
 * @param patience milliseconds
 * @param what is missing, where it is not so in time
 */
export async function until(patience: number, what: () => string, is: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`waited for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
