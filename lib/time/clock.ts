/**
 * Time and chance, the two things tests replace.
 *
 * @publicApi
 */
export interface Clock {
  /** Milliseconds that only ever rise; for durations. */
  now(): number;
  /** Milliseconds since 1970, as people's clocks show them; for time stamps. */
  date(): number;
  /** Calls `run` once, after `ms` milliseconds. */
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** A number from 0 up to 1. */
  random(): number;
}

/** The machine's own. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  random: () => Math.random(),
};
