import type { ClientClock } from './options.js';

// Milliseconds. A timer this late stems from a sleeping page or a busy one; frames may wait unread behind it.
const LATE = 1_000;

// In a throttled page every timer is late; without a bound a dead server would be pinged for ever.
const LATE_CHECKS = 2;

/** Notices a server that has fallen silent: pings after an interval without a frame, gives up after the timeout. */
export interface Heartbeat {
  /** Any frame is a sign of life. */
  heard(): void;
  /** Pings now, and gives up after `ms` milliseconds without a frame; unless a ping is awaiting its answer already. */
  check(ms: number): void;
  stop(): void;
}

/** @param spread from 0 to 1: how much earlier than the interval the first ping may come */
export function startHeartbeat(
  clock: ClientClock,
  { interval, timeout }: { readonly interval: number; readonly timeout: number },
  spread: number,
  ping: () => void,
  dead: () => void,
): Heartbeat {
  let heardAt = clock.now();
  // Silence after which the next ping is due; the first one is spread over clients that came together.
  let patience = interval * (1 - spread / 2);
  let asked = false;
  let late = 0;
  let due: number;
  let timer: unknown;

  function arm(ms: number): void {
    clock.clearTimeout(timer);
    due = clock.now() + ms;
    timer = clock.setTimeout(tick, ms);
  }

  function ask(ms: number): void {
    asked = true;
    patience = interval;
    arm(ms);
    ping();
  }

  function tick(): void {
    const now = clock.now();
    if (asked) {
      if (now - due > LATE && late++ < LATE_CHECKS) ask(timeout);
      else dead();
    } else {
      // The clock may have been set back.
      heardAt = Math.min(heardAt, now);
      const rest = heardAt + patience - now;
      if (rest > 0) arm(rest);
      else ask(Math.max(timeout, heardAt + interval + timeout - now));
    }
  }

  arm(patience);
  return {
    heard() {
      heardAt = clock.now();
      asked = false;
      late = 0;
    },
    check(ms) {
      if (!asked) ask(Math.min(ms, timeout));
    },
    stop() {
      clock.clearTimeout(timer);
    },
  };
}
