import type { Feed } from './feed.js';

/** How often it is looked which rooms are due, in milliseconds. */
const LOOK = 1_000;
/** Rooms that are compared at once; after a lost connection all of them want to be. */
const AT_ONCE = 256;

/** Compares rooms with their logs: now and then, and when something may have been missed. */
export class Comparisons {
  readonly #due = new Set<Feed>();
  readonly #timer: NodeJS.Timeout;
  #running = 0;
  #closed = false;

  constructor(
    /** Milliseconds between two comparisons of a room, at least and at most. */
    private readonly every: readonly [number, number],
    private readonly feeds: ReadonlyMap<string, Feed>,
  ) {
    this.#timer = setInterval(() => this.#look(), Math.min(LOOK, every[0])).unref();
  }

  /** Says when a room is due. */
  schedule(feed: Feed): void {
    const [least, most] = this.every;
    feed.dueAt = performance.now() + least + Math.random() * (most - least);
  }

  /** Compares a room as soon as it is its turn. */
  add(feed: Feed | undefined): void {
    if (feed === undefined || this.#closed) return;
    this.#due.add(feed);
    this.#next();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#due.clear();
  }

  #look(): void {
    const now = performance.now();
    for (const feed of this.feeds.values()) if (feed.dueAt <= now) this.#due.add(feed);
    this.#next();
  }

  #next(): void {
    for (const feed of this.#due) {
      if (this.#running >= AT_ONCE) return;
      this.#due.delete(feed);
      this.schedule(feed);
      this.#running++;
      void feed.compare().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}
