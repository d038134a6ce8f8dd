import type { Position } from '../protocol/index.js';
import type { RosterChange } from '../store/cluster.js';
import type { Entry, Ephemeral, LogListener, Page, Retention, Subscription } from '../store/store.js';
import { fieldsOfMessage, readEntry } from './entry-text.js';

/** Entries that wait for an earlier one; past that all are read from the log. */
const HELD = 10_000;
/** Entries read at a time when there is a hole. */
const CHUNK = { limit: 1_000, bytes: 1024 * 1024 };
/** Time until a failed check is made again, in milliseconds. */
const AGAIN = 250;

/** Where a log is, as Redis says. */
export interface LogState extends Position {
  /** Of the last entry. */
  readonly nonce: string;
}

export interface FeedHost {
  /** Begins or ends hearing of the room. */
  listen(room: string): Promise<void>;
  ignore(room: string): void;
  /** Compares a position with the log, and keeps the room's epoch alive. */
  check(room: string, known: LogState | undefined, retention: Retention | undefined): Promise<LogState>;
  read(room: string, since: number, limit: number, bytes: number): Promise<{ page: Page; nonces: readonly string[] }>;
  /** Messages do not arrive though the log goes on. */
  onSilence(): void;
  onEmpty(feed: Feed): void;
  onError(error: unknown, what: string): void;
}

/**
 * What a node hears of one room, put in order: entries by their offsets, whichever way they come (told by Redis, told by
 * this node's own append, or read from the log where one is missing), each once.
 */
export class Feed {
  readonly #listeners = new Map<LogListener, number>();
  #epoch = '';
  #top = 0;
  #nonce = '';
  /** Entries above the next, by offset. */
  readonly #held = new Map<number, { readonly entry: Entry; readonly nonce: string }>();
  #opened: Promise<void> | undefined;
  #open = false;
  #comparing = false;
  /** Whether the last comparison failed, which is told once. */
  #failing = false;
  #closed = false;
  /** What is being told, so that a listener that appends does not turn the order around. */
  #deliveries: (() => void)[] | undefined;
  #waiters: { readonly offset: number; readonly reached: () => void }[] = [];
  /** When it is to be compared with the log, by the store's clock. */
  dueAt = 0;

  constructor(
    readonly room: string,
    private retention: Retention | undefined,
    private readonly host: FeedHost,
  ) {}

  get position(): Position {
    return { epoch: this.#epoch, offset: this.#top };
  }

  async subscribe(listener: LogListener, retention: Retention | undefined): Promise<Subscription> {
    this.retention = retention;
    this.#listeners.set(listener, Number.POSITIVE_INFINITY);
    try {
      this.#opened ??= this.#start();
      await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      this.#remove(listener);
      throw error;
    }
    this.#listeners.set(listener, this.#top);
    return { position: this.position, close: () => this.#remove(listener) };
  }

  /** A message of the room's channel. */
  heard(message: string): void {
    const kind = message[0];
    if (kind === 'e') {
      const [epoch = '', offset = '', text = ''] = fieldsOfMessage(message, 3);
      const { entry, nonce } = readEntry(text, Number(offset));
      this.take(epoch, entry, nonce);
    } else if (kind === 'p') {
      const [text = ''] = fieldsOfMessage(message, 1);
      this.#tellEphemeral(readEntry(text, 0).entry as Ephemeral & Entry);
    } else if (kind === 'r') {
      const [rev = '', id = '', value = ''] = fieldsOfMessage(message, 3);
      const change: RosterChange = { rev: Number(rev), id, value: value === '' ? undefined : value };
      for (const listener of this.#listeners.keys()) listener.roster?.(change);
    } else if (kind === 's') {
      const [text = ''] = fieldsOfMessage(message, 1);
      for (const listener of this.#listeners.keys()) listener.signal?.(text);
    } else if (kind === 'c') {
      this.compare();
    }
  }

  /** An entry of the log, however it came here. */
  take(epoch: string, entry: Entry, nonce: string): void {
    const { offset } = entry;
    if (!this.#open) {
      if (this.#held.size < HELD) this.#held.set(offset, { entry, nonce });
      return;
    }
    if (epoch !== this.#epoch || (offset === this.#top && nonce !== this.#nonce)) {
      this.compare();
      return;
    }
    if (offset <= this.#top) return;
    if (offset === this.#top + 1) {
      this.#deliver(entry, nonce);
      this.#deliverHeld();
      return;
    }
    if (this.#held.size < HELD) this.#held.set(offset, { entry, nonce });
    this.compare();
  }

  /** An ephemeral message that need not come by way of Redis. */
  ephemeral(message: Ephemeral): void {
    this.#tellEphemeral(message);
  }

  /** Settles when everything up to this offset has been told, or positions of this epoch mean nothing any more. */
  async reached({ epoch, offset }: Position): Promise<void> {
    if (!this.#open || this.#epoch !== epoch || this.#top >= offset) return;
    this.compare();
    await new Promise<void>((resolve) => this.#waiters.push({ offset, reached: resolve }));
  }

  /** What is told once and kept nowhere may not have arrived. */
  missed(): void {
    for (const listener of this.#listeners.keys()) listener.missed?.();
  }

  /** Compares with the log, and brings what is missing. Never rejects. */
  compare(): void {
    if (this.#comparing || this.#closed) return;
    this.#comparing = true;
    this.#compare().then(
      () => {
        this.#comparing = this.#failing = false;
        // Another hole may have come about meanwhile.
        if (this.#held.size > 0) this.compare();
      },
      (error: unknown) => {
        this.#comparing = false;
        // Redis is away: it is compared again soon.
        this.dueAt = 0;
        if (!this.#failing) this.host.onError(error, `room ${JSON.stringify(this.room)}`);
        this.#failing = true;
      },
    );
  }

  get #known(): LogState | undefined {
    return this.#open ? { epoch: this.#epoch, offset: this.#top, nonce: this.#nonce } : undefined;
  }

  async #start(): Promise<void> {
    await this.host.listen(this.room);
    const { epoch, offset, nonce } = await this.host.check(this.room, undefined, this.retention);
    this.#epoch = epoch;
    this.#top = offset;
    this.#nonce = nonce;
    this.#open = true;
    for (const held of [...this.#held.keys()]) if (held <= offset) this.#held.delete(held);
    this.#deliverHeld();
    if (this.#held.size > 0) this.compare();
  }

  async #compare(): Promise<void> {
    let state = await this.#check();
    if (state === undefined) return;
    if (state.epoch !== this.#epoch || state.offset < this.#top) {
      // A server that is just taking over may say many things: what it says twice counts.
      await new Promise((resolve) => setTimeout(resolve, AGAIN).unref());
      state = await this.#check();
      if (state === undefined) return;
      if (state.epoch !== this.#epoch || state.offset < this.#top) {
        this.#cut(state);
        return;
      }
    }
    const behind = state.offset - this.#top;
    while (this.#open && !this.#closed && this.#top < state.offset) {
      const { page, nonces } = await this.host.read(this.room, this.#top, CHUNK.limit, CHUNK.bytes);
      if (page.epoch !== this.#epoch) return this.#cut({ ...(await this.#checked()) });
      const first = page.entries[0]?.offset;
      if (first === undefined || first > this.#top + 1) {
        // It was trimmed, or nothing is kept.
        if (this.#top < page.top)
          this.#cut({ epoch: page.epoch, offset: page.top, nonce: (await this.#checked()).nonce });
        return;
      }
      page.entries.forEach((entry, index) => {
        if (entry.offset === this.#top + 1) this.#deliver(entry, nonces[index] ?? '');
      });
      this.#deliverHeld();
    }
    // Entries that nobody told of: one may have been lost, many are a dead subscription.
    if (behind > 0 && this.#held.size === 0) this.host.onSilence();
  }

  async #check(): Promise<LogState | undefined> {
    if (this.#closed) return undefined;
    const state = await this.host.check(this.room, this.#known, this.retention);
    return this.#closed ? undefined : state;
  }

  #checked(): Promise<LogState> {
    return this.host.check(this.room, undefined, this.retention);
  }

  #cut({ epoch, offset, nonce }: LogState): void {
    this.#epoch = epoch;
    this.#top = offset;
    this.#nonce = nonce;
    this.#held.clear();
    for (const { reached } of this.#waiters.splice(0)) reached();
    this.#tell(() => {
      for (const listener of this.#listeners.keys()) listener.cut({ epoch, offset });
    });
  }

  #deliver(entry: Entry, nonce: string): void {
    this.#top = entry.offset;
    this.#nonce = nonce;
    this.#held.delete(entry.offset);
    this.#tell(() => {
      for (const [listener, from] of this.#listeners) if (entry.offset > from) listener.entry(entry);
      if (this.#waiters.length === 0) return;
      const reached = this.#waiters.filter(({ offset }) => offset <= entry.offset);
      this.#waiters = this.#waiters.filter(({ offset }) => offset > entry.offset);
      for (const waiter of reached) waiter.reached();
    });
  }

  #deliverHeld(): void {
    for (let next = this.#held.get(this.#top + 1); next !== undefined; next = this.#held.get(this.#top + 1)) {
      this.#deliver(next.entry, next.nonce);
    }
  }

  #tellEphemeral(message: Ephemeral): void {
    this.#tell(() => {
      for (const [listener, from] of this.#listeners) if (from < Number.POSITIVE_INFINITY) listener.ephemeral(message);
    });
  }

  /** Tells now, or behind what is being told. */
  #tell(delivery: () => void): void {
    if (this.#deliveries !== undefined) {
      this.#deliveries.push(delivery);
      return;
    }
    this.#deliveries = [delivery];
    for (let next = this.#deliveries.shift(); next !== undefined; next = this.#deliveries.shift()) {
      try {
        next();
      } catch (error) {
        this.host.onError(error, `listener of room ${JSON.stringify(this.room)}`);
      }
    }
    this.#deliveries = undefined;
  }

  #remove(listener: LogListener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#closed = true;
    this.#open = false;
    this.#held.clear();
    for (const { reached } of this.#waiters.splice(0)) reached();
    this.host.ignore(this.room);
    this.host.onEmpty(this);
  }
}
