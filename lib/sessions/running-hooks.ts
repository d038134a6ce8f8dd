/** Hooks of the app that are running. None of them rejects. */
export class RunningHooks {
  readonly #hooks = new Set<Promise<void>>();

  add(hook: Promise<void>): void {
    this.#hooks.add(hook);
    void hook.finally(() => this.#hooks.delete(hook));
  }

  /** Settles when none runs. */
  async idle(): Promise<void> {
    while (this.#hooks.size > 0) await Promise.all(this.#hooks);
  }
}
