import type { Position } from '../protocol/index.js';
import { Deque } from './deque.js';
import type { Draft, Entry, Page, ReadQuery, Retention, Span } from './store.js';

/** What an entry costs besides its text, estimated. */
const OVERHEAD = 200;

/** One room's log in memory. */
export class Log {
  readonly #entries = new Deque<Entry>();
  #top = 0;
  #bytes = 0;

  /** @param onBytes told of each change of the bytes that are kept */
  constructor(
    readonly epoch: string,
    public retention: Retention,
    private readonly onBytes: (change: number) => void,
  ) {}

  get length(): number {
    return this.#entries.length;
  }

  get span(): Span {
    return { epoch: this.epoch, oldest: this.#oldest, top: this.#top };
  }

  get position(): Position {
    return { epoch: this.epoch, offset: this.#top };
  }

  append(draft: Draft): Entry {
    return this.#add({ kind: 'message', offset: ++this.#top, ...draft });
  }

  /** Whether `offset` is a message that may be retracted: also one that is no longer kept. */
  retractable(offset: number): boolean {
    if (!Number.isSafeInteger(offset) || offset < 1 || offset > this.#top) return false;
    const entry = this.#at(offset);
    return entry === undefined || (entry.kind === 'message' && entry.retracted !== true);
  }

  retract(target: number, ts: number): Entry {
    const entry = this.#at(target);
    if (entry?.kind === 'message') {
      const emptied: Entry = {
        kind: 'message',
        offset: target,
        event: entry.event,
        data: 'null',
        ts: entry.ts,
        retracted: true,
      };
      this.#entries.set(target - this.#oldest, emptied);
      this.#count(size(emptied) - size(entry));
    }
    return this.#add({ kind: 'retract', offset: ++this.#top, target, ts });
  }

  read(query: ReadQuery): Page {
    const { before, limit, bytes } = query;
    const span = this.span;
    const backward = before !== undefined;
    let offset = backward ? Math.min(before, span.top + 1) - 1 : Math.max((query.since ?? 0) + 1, span.oldest);
    const step = backward ? -1 : 1;
    const entries: Entry[] = [];
    let total = 0;
    for (let entry = this.#at(offset); entry !== undefined && entries.length < limit; entry = this.#at(offset)) {
      total += size(entry);
      if (total > bytes && entries.length > 0) break;
      entries.push(entry);
      offset += step;
    }
    if (backward) entries.reverse();
    return { ...span, entries, more: this.#at(offset) !== undefined };
  }

  /** Drops what the retention does not keep. */
  trim(date: number): void {
    const { size: most, bytes, ttl } = this.retention;
    for (let first = this.#entries.at(0); first !== undefined; first = this.#entries.at(0)) {
      if (this.#entries.length <= most && this.#bytes <= bytes && date - first.ts < ttl) return;
      this.dropOldest();
    }
  }

  dropOldest(): void {
    const entry = this.#entries.shift();
    if (entry !== undefined) this.#count(-size(entry));
  }

  /** When the oldest entry will be too old; nothing where none is kept. */
  get expiresAt(): number | undefined {
    const first = this.#entries.at(0);
    return first === undefined ? undefined : first.ts + this.retention.ttl;
  }

  /** Gives back what it counted. */
  clear(): void {
    while (this.#entries.length > 0) this.dropOldest();
  }

  get #oldest(): number {
    return this.#top - this.#entries.length + 1;
  }

  #at(offset: number): Entry | undefined {
    const index = offset - this.#oldest;
    return index < 0 ? undefined : this.#entries.at(index);
  }

  #add(entry: Entry): Entry {
    this.#entries.push(entry);
    this.#count(size(entry));
    return entry;
  }

  #count(change: number): void {
    this.#bytes += change;
    this.onBytes(change);
  }
}

/** Bytes that count for an entry. JSON text mostly holds one-byte characters; two for each is the upper end in memory. */
function size(entry: Entry): number {
  return entry.kind === 'retract'
    ? OVERHEAD
    : OVERHEAD + Buffer.byteLength(entry.data) + Buffer.byteLength(entry.event);
}
