import type { Page } from 'playwright-core';

/** How a page was drawn. */
export interface Frames {
  /** Frames in each second, of the whole time. */
  readonly perSecond: number;
  /** The longest time without a frame, in milliseconds. */
  readonly longest: number;
  /** Times that a list was changed between two frames, at most. */
  readonly changes: number;
  /** Rows that it had, at most. */
  readonly rows: number;
}

interface Noted {
  readonly times: number[];
  changes: number;
  rows: number;
}

/** Watches how a page is drawn, and a list in it, while something goes on. */
export async function framesDuring(page: Page, list: string, work: () => Promise<void>): Promise<Frames> {
  const noting = await page.evaluateHandle((selector) => {
    const rows = document.querySelector(selector)!;
    const noted: Noted = { times: [], changes: 0, rows: 0 };
    let changes = 0;
    const observer = new MutationObserver(() => {
      changes++;
      noted.rows = Math.max(noted.rows, rows.childElementCount);
    });
    observer.observe(rows, { childList: true });
    let over = false;
    requestAnimationFrame(function note(now: number) {
      noted.times.push(now);
      noted.changes = Math.max(noted.changes, changes);
      changes = 0;
      if (!over) requestAnimationFrame(note);
    });
    return {
      end(): Noted {
        over = true;
        observer.disconnect();
        return noted;
      },
    };
  }, list);
  await work();
  const { times, changes, rows } = await noting.evaluate((one) => one.end());
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  return { perSecond: gaps.length / seconds, longest: Math.max(...gaps), changes, rows };
}
