/** A step of a lane. */
export interface Task {
  /** Never rejects. */
  run(): Promise<void>;
  /** It is not going to run. */
  discard(): void;
}

/** Runs tasks in order within a lane, and lanes beside each other. */
export class Lanes {
  /** Tasks that wait, by lane; a lane is there while one of its tasks runs. */
  readonly #lanes = new Map<string, Task[]>();
  readonly #onIdle: (() => void)[] = [];

  /** Whether a task of this lane runs. */
  busy(lane: string): boolean {
    return this.#lanes.has(lane);
  }

  /** Runs the task now, or when those before it are through. */
  push(lane: string, task: Task): void {
    const waiting = this.#lanes.get(lane);
    if (waiting !== undefined) {
      waiting.push(task);
      return;
    }
    this.#lanes.set(lane, []);
    void this.#run(lane, task);
  }

  /** Throws away what has not begun. */
  discardWaiting(): void {
    for (const waiting of this.#lanes.values()) for (const task of waiting.splice(0)) task.discard();
  }

  /** Settles when nothing runs. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  async #run(lane: string, first: Task): Promise<void> {
    for (let task: Task | undefined = first; task !== undefined; task = this.#lanes.get(lane)?.shift())
      await task.run();
    this.#lanes.delete(lane);
    if (this.#lanes.size === 0) for (const idle of this.#onIdle.splice(0)) idle();
  }
}
