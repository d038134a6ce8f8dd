/** Where faults of the app's own functions go. */
export type Report = (error: unknown) => void;

/**
 * Functions waiting for events; any name will do, `__proto__` included. A function that throws stops neither the others
 * nor the client.
 *
 * @typeParam Events for each event's name what its listeners are given
 */
export class Listeners<Events> {
  readonly #all = new Set<{ readonly event: keyof Events; readonly listener: (...args: never) => void }>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** @returns a function that takes the listener away again */
  add<E extends keyof Events>(event: E, listener: (...args: Arguments<Events[E]>) => void): () => void {
    const entry = { event, listener };
    this.#all.add(entry);
    return () => void this.#all.delete(entry);
  }

  emit<E extends keyof Events>(event: E, ...args: Arguments<Events[E]>): void {
    for (const listener of this.of(event)) {
      try {
        listener(...args);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  /** Those who listen to the event now. */
  of<E extends keyof Events>(event: E): ((...args: Arguments<Events[E]>) => void)[] {
    return [...this.#all].filter((entry) => entry.event === event).map(({ listener }) => listener as never);
  }
}

type Arguments<A> = A extends unknown[] ? A : never;
