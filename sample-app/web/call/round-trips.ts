import { signal } from '@preact/signals';
import type { Probe } from '../../src/call/call.contract.js';

/** Milliseconds for which trips are kept, to be plotted. */
export const WINDOW = 30_000;
/** Milliseconds after which no answer is expected any more. */
const PATIENCE = 3_000;

/** A probe's way to the other and back. */
export interface Trip {
  /** When it began, by the page's clock, in milliseconds. */
  readonly at: number;
  /** How long it took, in milliseconds; nothing where no answer came. */
  readonly took?: number;
}

/** Measures how long one way to the other and back takes. */
export class RoundTrips {
  /** The last half minute, in the order in which they began. */
  readonly trips = signal<readonly Trip[]>([]);
  /** When each probe that waits for its answer was sent. */
  readonly #sent = new Map<number, number>();
  #number = 0;

  /** @param send returns whether it was sent: not while the way is closed */
  constructor(private readonly send: (probe: Probe) => boolean) {}

  probe(): void {
    const now = performance.now();
    for (const [number, at] of this.#sent) {
      if (at > now - PATIENCE) break;
      this.#sent.delete(number);
      this.#add({ at });
    }
    const number = this.#number++;
    // Before it is sent: nothing comes back sooner.
    this.#sent.set(number, now);
    if (!this.send({ number, answer: false })) this.#sent.delete(number);
  }

  take({ number, answer }: Probe): void {
    if (!answer) {
      // Where the way has just closed, whoever asked sees that no answer comes.
      this.send({ number, answer: true });
      return;
    }
    const at = this.#sent.get(number);
    if (at === undefined) return;
    this.#sent.delete(number);
    this.#add({ at, took: performance.now() - at });
  }

  #add(trip: Trip): void {
    const kept = this.trips.value.filter(({ at }) => at > performance.now() - WINDOW);
    this.trips.value = [...kept, trip].sort((a, b) => a.at - b.at);
  }
}

/** What a number of trips comes to. */
export interface Summary {
  /** Milliseconds; nothing where no answer came. */
  readonly last: number | undefined;
  readonly median: number | undefined;
  readonly worst: number | undefined;
  readonly lost: number;
  readonly count: number;
}

export function summaryOf(trips: readonly Trip[]): Summary {
  const took = trips.flatMap(({ took }) => took ?? []);
  const sorted = [...took].sort((a, b) => a - b);
  return {
    last: took.at(-1),
    median: sorted[Math.floor(sorted.length / 2)],
    worst: sorted.at(-1),
    lost: trips.length - took.length,
    count: trips.length,
  };
}
