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
