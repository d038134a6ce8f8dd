import type { ClientClock } from './options.js';

// Milliseconds. A timer this late stems from a sleeping page or a busy one; frames may wait unread behind it.
const LATE = 1_000;

// In a throttled page every timer is late; without a bound a dead server would be pinged for ever.
const LATE_CHECKS = 2;

/** Notices a server that has fallen silent: pings after an interval without a frame, gives up after the timeout. */
export class Heartbeat {
  readonly #clock: ClientClock;
  readonly #interval: number;
  readonly #timeout: number;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #heardAt: number;
  /** Silence after which the next ping is due; the first one is spread over clients that came together. */
  #patience: number;
  #asked = false;
  #late = 0;
  #due = 0;
  #timer: unknown;

  /** @param spread from 0 to 1: how much earlier than the interval the first ping may come */
  constructor(
    clock: ClientClock,
    { interval, timeout }: { readonly interval: number; readonly timeout: number },
    spread: number,
    ping: () => void,
    dead: () => void,
  ) {
    this.#clock = clock;
    this.#interval = interval;
    this.#timeout = timeout;
    this.#ping = ping;
    this.#dead = dead;
    this.#heardAt = clock.now();
    this.#patience = interval * (1 - spread / 2);
    this.#arm(this.#patience);
  }

  /** Any frame is a sign of life. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#asked = false;
    this.#late = 0;
  }

  /** Pings now, and gives up after `timeout` milliseconds without a frame; unless a ping is awaiting its answer already. */
  check(timeout: number): void {
    if (!this.#asked) this.#ask(Math.min(timeout, this.#timeout));
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #tick(): void {
    const now = this.#clock.now();
    if (!this.#asked) {
      const rest = this.#heardAt + this.#patience - now;
      // No more than the interval, should the clock have been set back.
      if (rest > 0) return this.#arm(Math.min(rest, this.#interval));
      return this.#ask(Math.max(this.#timeout, this.#heardAt + this.#interval + this.#timeout - now));
    }
    if (now - this.#due > LATE && this.#late++ < LATE_CHECKS) return this.#ask(this.#timeout);
    this.#dead();
  }

  #ask(timeout: number): void {
    this.#asked = true;
    this.#patience = this.#interval;
    this.#arm(timeout);
    this.#ping();
  }

  #arm(ms: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#due = this.#clock.now() + ms;
    this.#timer = this.#clock.setTimeout(() => this.#tick(), ms);
  }
}
