import type { TimerWheel } from '../time/timer-wheel.js';

/** Questions to other nodes, which may not hear them, or may have died. */
export class NodeCalls {
  readonly #waiting = new Map<string, Set<(answered: boolean) => void>>();

  constructor(private readonly wheel: TimerWheel) {}

  /**
   * Asks, and waits for the answer.
   *
   * @param key tells the question from all others
   * @param patience milliseconds
   * @returns whether there was one in time
   */
  async answered(key: string, patience: number, ask: () => Promise<void>): Promise<boolean> {
    let settle = (_answered: boolean): void => {};
    const answer = new Promise<boolean>((resolve) => (settle = resolve));
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(settle));
    const timer = this.wheel.after(patience, () => settle(false));
    try {
      await ask();
      return await answer;
    } finally {
      timer.cancel();
      waiting.delete(settle);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    }
  }

  /** A node has answered. */
  answer(key: string): void {
    for (const settle of this.#waiting.get(key) ?? []) settle(true);
  }

  close(): void {
    for (const waiting of this.#waiting.values()) for (const settle of waiting) settle(false);
  }
}
