import type { Page } from 'playwright-core';

/** How smoothly a page was drawn. */
export interface Frames {
  /** Frames in each second, of the whole time. */
  readonly perSecond: number;
  /** The longest time without a frame, in milliseconds. */
  readonly longest: number;
}

/** Counts the frames that a page draws while something goes on. */
export async function framesDuring(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = [];
    (globalThis as { frameTimes?: number[] }).frameTimes = times;
    requestAnimationFrame(function note(now: number) {
      times.push(now);
      requestAnimationFrame(note);
    });
  });
  await work();
  const times = await page.evaluate(() => (globalThis as { frameTimes?: number[] }).frameTimes ?? []);
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  return { perSecond: gaps.length / seconds, longest: Math.max(...gaps) };
}
