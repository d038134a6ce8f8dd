import { deepStrictEqual } from 'node:assert/strict';
import type { Position } from '../protocol/index.js';
import type { Draft, Entry, Ephemeral, LogListener, Retention, Subscription } from '../store/store.js';
import type { StoreUnderTest } from './store-under-test.js';

/** How long a case waits for what is to come, in milliseconds. */
const PATIENCE = 5_000;

export const KEEP_ALL: Retention = { size: 10_000, bytes: 64 * 1024 * 1024, ttl: 3_600_000 };
export const KEEP_NOTHING: Retention = { size: 0, bytes: 0, ttl: 0 };

/** What a listener has heard, in order, and how it may be waited for. */
export class Recorder implements LogListener {
  readonly entries: Entry[] = [];
  readonly ephemerals: Ephemeral[] = [];
  readonly cuts: Position[] = [];

  entry(entry: Entry): void {
    this.entries.push(entry);
  }

  ephemeral(message: Ephemeral): void {
    this.ephemerals.push(message);
  }

  cut(position: Position): void {
    this.cuts.push(position);
  }

  get offsets(): number[] {
    return this.entries.map(({ offset }) => offset);
  }
}

/** What an entry is, in a word: a message's data, or what it retracts. */
export function labelOf(entry: Entry): unknown {
  if (entry.kind === 'retract') return `retract ${entry.target}`;
  return entry.retracted === true ? 'retracted' : (JSON.parse(entry.data) as unknown);
}

/** A store with its tools, and everything that a case opens closed behind it. */
export class Bench {
  readonly #subscriptions: Subscription[] = [];

  constructor(readonly under: StoreUnderTest) {}

  get store() {
    return this.under.store;
  }

  /** A draft of the present date that can be told from others. */
  draft(label: string | number, given: Partial<Draft> = {}): Draft {
    return { event: 'say', data: JSON.stringify(label), ts: this.under.date(), ...given };
  }

  /** Appends messages, one for each label. */
  async append(room: string, labels: readonly (string | number)[], retention: Retention = KEEP_ALL): Promise<Position> {
    let position: Position | undefined;
    for (const label of labels) position = await this.store.append(room, this.draft(label), retention);
    if (position === undefined) throw new Error('nothing to append');
    return position;
  }

  async subscribe(
    room: string,
    retention: Retention = KEEP_ALL,
  ): Promise<Recorder & { position: Position; close(): void }> {
    const recorder = new Recorder();
    const subscription = await this.store.subscribe(room, retention, recorder);
    this.#subscriptions.push(subscription);
    return Object.assign(recorder, { position: subscription.position, close: () => subscription.close() });
  }

  /** Labels of everything that is kept. */
  async labels(room: string): Promise<unknown[]> {
    const page = await this.store.read(room, { since: 0, limit: 100_000, bytes: Number.MAX_SAFE_INTEGER });
    return page.entries.map(labelOf);
  }

  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.close();
    await this.store.close();
    await this.under.cleanUp?.();
  }
}

/** Waits until something holds; stores may take their time. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** @param what said where they differ */
export function equal(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** Numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
