import type { Clock } from '../time/clock.js';

/** What `date()` is ahead of `now()`. */
const AHEAD = 1_700_000_000_000;

interface ManualTimer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock whose time moves only when a test says so: `RoostModule.forRoot({ clock })`.
 *
 * ```ts
 * const clock = new ManualClock();
 * clock.advance(120_000); // whatever was due in these two minutes has run, in its order
 * ```
 *
 * @publicApi
 */
export class ManualClock implements Clock {
  /** What `random()` returns. */
  chance = 0.5;
  // A multiple of any tick: what is due at a bound runs at that bound.
  #now = 1_000_000;
  readonly #timers = new Set<ManualTimer>();

  /** Milliseconds until each timer that waits is due, ascending. */
  get waiting(): number[] {
    return Array.from(this.#timers, ({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Begins with 1,000,000. */
  now(): number {
    return this.#now;
  }

  date(): number {
    return this.#now + AHEAD;
  }

  random(): number {
    return this.chance;
  }

  setTimeout(run: () => void, ms: number): unknown {
    const timer: ManualTimer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as ManualTimer);
  }

  /** Lets `ms` milliseconds pass. Each timer runs at its time, those that others set meanwhile included. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextBy(end); next !== undefined; next = this.#nextBy(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.run();
    }
    this.#now = end;
  }

  /** As a machine that sleeps: `ms` milliseconds are gone, and only then what was due meanwhile runs, late. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  /** The first timer that is due by `end`; of several due at once the one that was set first. */
  #nextBy(end: number): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}
