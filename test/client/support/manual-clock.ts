import type { ClientClock } from 'nestjs-roost/client';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that only moves when told to. */
export class ManualClock implements ClientClock {
  #now = 1_000_000;
  readonly #timers = new Set<Timer>();

  /** Delays of the timers that wait, ascending. */
  get waiting(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): Timer {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** Lets `ms` milliseconds pass; each timer runs at its time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.run();
    }
    this.#now = end;
  }

  /** As a machine that sleeps: the time is gone, and only then the timers that were due run, late. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }
}
