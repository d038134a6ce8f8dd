import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE = 25_000;

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/** A promise that a test settles. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** What the app under test has told, in the order in which it did. */
export class Log {
  readonly lines: string[] = [];
  readonly #waiters = new Set<() => void>();

  add(line: string): void {
    this.lines.push(line);
    for (const waiter of this.#waiters) waiter();
  }

  clear(): void {
    this.lines.length = 0;
  }

  /** Waits until a line is there. */
  async has(line: string): Promise<void> {
    if (this.lines.includes(line)) return;
    const over = new AbortController();
    let waiter!: () => void;
    const found = new Promise<'found'>((resolve) => {
      waiter = () => this.lines.includes(line) && resolve('found');
      this.#waiters.add(waiter);
    });
    const late = delay(PATIENCE, 'late' as const, { signal: over.signal }).catch(() => 'late' as const);
    const outcome = await Promise.race([found, late]);
    this.#waiters.delete(waiter);
    over.abort();
    if (outcome === 'late') throw new Error(`waited for "${line}", got ${JSON.stringify(this.lines)}`);
  }
}
