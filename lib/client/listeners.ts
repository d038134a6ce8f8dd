/** Where faults of the app's own functions go. It never throws. */
export type Report = (error: unknown) => void;

/**
 * Functions waiting for events; any name will do, `__proto__` included. A function that throws stops neither the others
 * nor the client.
 *
 * @typeParam Events for each event's name what its listeners are given
 */
export class Listeners<Events> {
  readonly #listeners = new Map<keyof Events, Set<(...args: never) => void>>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  has(event: keyof Events): boolean {
    return this.#listeners.has(event);
  }

  /** @returns a function that takes the listener away again */
  add<E extends keyof Events>(event: E, listener: (...args: Arguments<Events[E]>) => void): () => void {
    let listeners = this.#listeners.get(event);
    if (!listeners) this.#listeners.set(event, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (!listeners.size && this.#listeners.get(event) === listeners) this.#listeners.delete(event);
    };
  }

  emit<E extends keyof Events>(event: E, ...args: Arguments<Events[E]>): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as (...args: Arguments<Events[E]>) => void)(...args);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}

type Arguments<A> = A extends unknown[] ? A : never;
