import type { Clock } from './clock.js';

/** Milliseconds that a timer of the clock can wait: the machine's takes more for one. */
const LONGEST = 2 ** 31 - 1;

/** A call to come. */
export interface Timer {
  cancel(): void;
}

/** @param late milliseconds between when the call was due and now */
type Run = (late: number) => void;

class WheelTimer implements Timer {
  constructor(
    private readonly slot: Set<WheelTimer>,
    private readonly wheel: TimerWheel,
    readonly run: Run,
    readonly due: number,
  ) {}

  cancel(): void {
    if (this.slot.delete(this)) this.wheel.removed();
  }
}

/** Of a wheel that is closed. */
const NEVER: Timer = { cancel: () => {} };

/**
 * All of the timers of a node behind one timer of the clock: starting and cancelling costs the same however many there
 * are. Timers that are due within one tick of each other run together; none runs early.
 */
export class TimerWheel {
  readonly #slots = new Map<number, Set<WheelTimer>>();
  /** Ticks that have a slot, latest first. */
  readonly #ticks: number[] = [];
  #size = 0;
  /** Timers that are being called. */
  #due: Set<WheelTimer> | undefined;
  #closed = false;
  #armed: { readonly handle: unknown; readonly tick: number } | undefined;

  /** @param tick milliseconds of one slot */
  constructor(
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
    private readonly tick = 20,
  ) {}

  /** How many timers wait. */
  get size(): number {
    return this.#size;
  }

  after(ms: number, run: Run): Timer {
    if (this.#closed) return NEVER;
    const due = this.clock.now() + ms;
    const tick = Math.ceil(due / this.tick);
    let slot = this.#slots.get(tick);
    if (slot === undefined) {
      slot = new Set();
      this.#slots.set(tick, slot);
      this.#insert(tick);
    }
    const timer = new WheelTimer(slot, this, run, due);
    slot.add(timer);
    this.#size++;
    this.#arm();
    return timer;
  }

  /** Drops all timers, and those that are still asked for. */
  close(): void {
    this.#closed = true;
    this.#clear();
  }

  #clear(): void {
    this.#slots.clear();
    this.#due?.clear();
    this.#ticks.length = 0;
    this.#size = 0;
    this.#disarm();
  }

  /** @internal */
  removed(): void {
    // A slot whose last timer was cancelled stays until it would be next: looking it up now would cost more.
    if (--this.#size === 0) this.#clear();
  }

  #insert(tick: number): void {
    let low = 0;
    let high = this.#ticks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ticks[middle] as number) > tick) low = middle + 1;
      else high = middle;
    }
    this.#ticks.splice(low, 0, tick);
  }

  #arm(): void {
    let next = this.#ticks.at(-1);
    // Whose timers were all cancelled nobody waits for.
    while (next !== undefined && this.#slots.get(next)?.size === 0) {
      this.#ticks.pop();
      this.#slots.delete(next);
      next = this.#ticks.at(-1);
    }
    if (next === undefined || this.#armed?.tick === next) return;
    this.#disarm();
    const wait = Math.min(LONGEST, Math.max(0, next * this.tick - this.clock.now()));
    this.#armed = { handle: this.clock.setTimeout(() => this.#turn(), wait), tick: next };
  }

  #disarm(): void {
    if (this.#armed !== undefined) this.clock.clearTimeout(this.#armed.handle);
    this.#armed = undefined;
  }

  #turn(): void {
    this.#armed = undefined;
    // Timers of the clock may fire a fraction of a millisecond early.
    const now = this.clock.now() + 1;
    for (let tick = this.#ticks.at(-1); tick !== undefined && tick * this.tick <= now; tick = this.#ticks.at(-1)) {
      this.#ticks.pop();
      const slot = this.#slots.get(tick) ?? new Set<WheelTimer>();
      this.#slots.delete(tick);
      this.#due = slot;
      // A timer may cancel another of its slot, or close the wheel: the set shows it.
      for (const timer of slot) {
        slot.delete(timer);
        this.#size--;
        try {
          timer.run(Math.max(0, this.clock.now() - timer.due));
        } catch (error) {
          this.onError(error);
        }
      }
    }
    this.#due = undefined;
    this.#arm();
  }
}
