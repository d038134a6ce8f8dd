import { isUnavailable, type Position } from '../protocol/index.js';
import type { RosterChange } from '../store/cluster.js';
import type { Entry, Ephemeral, LogListener, Page, Retention, Subscription } from '../store/store.js';
import { fieldsOfMessage, readEntry, readRosterEntry } from './entry-text.js';

/** Entries that wait for an earlier one; past that they are read from the log. */
const HELD = 1_000;
/** Entries read at a time when there is a hole. */
const CHUNK = { limit: 1_000, bytes: 1024 * 1024 };
/** Milliseconds that what is missing has to come by itself before it is read: what several connections bring overtakes each other. */
const OVERTAKING = 25;
/** Time until a failed check is made again, in milliseconds. */
const AGAIN = 250;
/** Comparisons that bring nothing, after which what is missing below an entry counts as not there. */
const IDLE = 2;

/** Where a log is. */
export interface LogState extends Position {
  /** Of the last entry. */
  readonly nonce: string;
}

/** What a comparison with the log has found. */
export interface Comparison extends LogState {
  /** The last entry that the node has is not in the log: its server has lost the end, and offsets are used again. */
  readonly lost: boolean;
  /** Where its epoch began, or the top where what follows that is not kept. */
  readonly start: LogState;
  /** Revision of who is in the room. */
  readonly rev: number;
}

/** Entries that were read. */
export interface ReadEntries {
  readonly page: Page;
  /** Of each entry. */
  readonly nonces: readonly string[];
  /** Of the entry before the first; nothing where that is no longer kept. */
  readonly before: string | undefined;
}

export interface FeedHost {
  /** Milliseconds that an append waits for entries before it to be told. */
  readonly patience: number;
  /** Begins or ends hearing of the room. */
  listen(room: string): Promise<void>;
  ignore(room: string): void;
  /**
   * Compares a position with the log, and keeps what belongs to the room alive.
   *
   * @param renew whether the log begins a new epoch where it has lost what the node has
   */
  check(
    room: string,
    known: LogState | undefined,
    retention: Retention | undefined,
    renew: boolean,
  ): Promise<Comparison>;
  read(room: string, since: number, limit: number, bytes: number): Promise<ReadEntries>;
  /** Something was not told. */
  onSilence(): void;
  onEmpty(feed: Feed): void;
  onError(error: unknown, what: string): void;
}

interface Held {
  readonly epoch: string;
  readonly entry: Entry;
  readonly nonce: string;
  readonly before: string;
}

/**
 * What a node hears of one room, put in order: entries by their offsets, whichever way they come (told by Redis, told by
 * this node's own append, or read from the log where one is missing), each once. Every entry names the one before it, so
 * that what follows on another past than this node's is never taken for the next.
 */
export class Feed {
  readonly #listeners = new Map<LogListener, number>();
  #epoch = '';
  #top = 0;
  #nonce = '';
  /** Entries above the next, by offset. */
  readonly #held = new Map<number, Held>();
  #opened: Promise<void> | undefined;
  #open = false;
  #comparing: Promise<void> | undefined;
  /** Whether something has come about that the running comparison may not have seen. */
  #again = false;
  /** Whether the last comparison failed, which is told once. */
  #failing = false;
  #closed = false;
  /** What is being told, so that a listener that appends does not turn the order around. */
  #deliveries: (() => void)[] | undefined;
  readonly #waiters = new Set<{ readonly offset: number; readonly reached: () => void }>();
  #overtaking: NodeJS.Timeout | undefined;
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
    if (retention !== undefined) this.retention = retention;
    this.#listeners.set(listener, Number.POSITIVE_INFINITY);
    const opened = (this.#opened ??= this.#start());
    try {
      await opened;
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined;
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
      const [epoch = '', offset = '', before = '', text = ''] = fieldsOfMessage(message, 4);
      const { entry, nonce } = readEntry(text, Number(offset));
      this.take(epoch, entry, nonce, before);
    } else if (kind === 'p') {
      const [text = ''] = fieldsOfMessage(message, 1);
      this.ephemeral(readEntry(text, 0).entry as Ephemeral & Entry);
    } else if (kind === 'r') {
      const [rev = '', id = '', value = ''] = fieldsOfMessage(message, 3);
      const entry = value === '' ? undefined : readRosterEntry(value);
      const change: RosterChange = { rev: Number(rev), id, entry };
      this.#tellAll((listener) => listener.roster?.(change));
    } else if (kind === 's') {
      const [text = ''] = fieldsOfMessage(message, 1);
      this.#tellAll((listener) => listener.signal?.(text));
    } else if (kind === 'c') {
      void this.compare();
    }
  }

  /** An entry of the log, however it came here, with the nonce of the one before. */
  take(epoch: string, entry: Entry, nonce: string, before: string): void {
    const { offset } = entry;
    if (this.#closed) return;
    if (!this.#open) {
      this.#hold(epoch, entry, nonce, before);
      return;
    }
    const next = offset === this.#top + 1;
    if (epoch !== this.#epoch || (next && before !== this.#nonce) || (offset === this.#top && nonce !== this.#nonce)) {
      void this.compare();
      return;
    }
    if (offset <= this.#top) return;
    if (next) {
      this.#deliver(entry, nonce);
      this.#deliverHeld();
      return;
    }
    this.#hold(epoch, entry, nonce, before);
    this.#overtaken();
  }

  /** A message that is kept nowhere. */
  ephemeral(message: Ephemeral): void {
    this.#tell(() => {
      for (const [listener, from] of this.#listeners) if (from < Number.POSITIVE_INFINITY) listener.ephemeral(message);
    });
  }

  /**
   * Settles when everything up to this offset has been told, or positions of this epoch mean nothing any more. It does
   * not wait for ever: the entry is in the log, and is told when Redis can be asked for what is before it.
   */
  async reached({ epoch, offset }: Position): Promise<void> {
    if (!this.#open || this.#epoch !== epoch || this.#top >= offset || this.#waiters.size >= HELD) return;
    this.#overtaken();
    await new Promise<void>((resolve) => {
      const waiter = {
        offset,
        reached: (): void => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.reached, this.host.patience).unref();
      this.#waiters.add(waiter);
    });
  }

  /** What is told once and kept nowhere may not have arrived. */
  missed(): void {
    for (const listener of this.#listeners.keys()) listener.missed?.();
  }

  /** Compares with the log, and brings what is missing. Never rejects. */
  compare(): Promise<void> {
    if (this.#closed || !this.#open) return Promise.resolve();
    if (this.#comparing !== undefined) {
      this.#again = true;
      return this.#comparing;
    }
    return (this.#comparing = this.#compareAll());
  }

  get #known(): LogState {
    return { epoch: this.#epoch, offset: this.#top, nonce: this.#nonce };
  }

  async #start(): Promise<void> {
    await this.host.listen(this.room);
    const { epoch, offset, nonce } = await this.host.check(this.room, undefined, this.retention, false);
    this.#epoch = epoch;
    this.#top = offset;
    this.#nonce = nonce;
    this.#open = !this.#closed;
    for (const [at, held] of this.#held) if (at <= offset || held.epoch !== epoch) this.#held.delete(at);
    this.#deliverHeld();
    if (this.#held.size > 0) this.#overtaken();
  }

  async #compareAll(): Promise<void> {
    try {
      let idle = 0;
      do {
        const { offset } = this.position;
        this.#again = false;
        await this.#compareOnce();
        idle = this.#again || this.#top !== offset ? 0 : idle + 1;
        // Another hole may have come about meanwhile. One that stays was told by a server that has lost it.
      } while (!this.#closed && (this.#again || (this.#held.size > 0 && idle < IDLE)));
      this.#held.clear();
      this.#failing = false;
    } catch (error) {
      // Redis is away: it is compared again soon.
      this.dueAt = 0;
      if (!this.#failing && !isUnavailable(error)) this.host.onError(error, `room ${JSON.stringify(this.room)}`);
      this.#failing = true;
    } finally {
      this.#comparing = undefined;
    }
  }

  async #compareOnce(): Promise<void> {
    let found = await this.host.check(this.room, this.#known, this.retention, false);
    if (this.#isOff(found)) {
      // A server that is just taking over may say many things: what it says twice counts. That it has lost something is
      // to be known to other nodes also where nobody is here any more.
      await new Promise((resolve) => setTimeout(resolve, AGAIN).unref());
      found = await this.host.check(this.room, this.#known, this.retention, true);
      if (this.#isOff(found)) {
        this.#cut(found.start);
        return;
      }
    }
    this.#tellAll((listener) => listener.rosterAt?.(found.rev));
    const missing = found.offset > this.#top && this.#held.size === 0;
    while (!this.#closed && this.#top < found.offset) {
      const { page, nonces, before } = await this.host.read(this.room, this.#top, CHUNK.limit, CHUNK.bytes);
      const first = page.entries[0]?.offset;
      const other = before !== undefined && before !== this.#nonce && first === this.#top + 1;
      if (page.epoch !== this.#epoch || page.top < found.offset || other) {
        // It became another log since the check, or something was told meanwhile: that is looked at anew.
        this.#again = true;
        return;
      }
      if (first === undefined || first > this.#top + 1) {
        if (this.#top >= page.top) continue;
        // It was trimmed, or nothing is kept.
        this.#cut(await this.host.check(this.room, undefined, this.retention, false));
        return;
      }
      page.entries.forEach((entry, index) => {
        if (entry.offset === this.#top + 1) this.#deliver(entry, nonces[index] ?? '');
      });
      this.#deliverHeld();
    }
    if (missing) this.host.onSilence();
  }

  /** Whether the log is not, or no longer, the one that this node is in. That more was told meanwhile says nothing. */
  #isOff({ epoch, lost }: Comparison): boolean {
    return lost || epoch !== this.#epoch;
  }

  #cut({ epoch, offset, nonce }: LogState): void {
    if (this.#closed) return;
    this.#epoch = epoch;
    this.#top = offset;
    this.#nonce = nonce;
    this.#held.clear();
    for (const { reached } of this.#waiters) reached();
    // Where they came in says nothing in another log.
    for (const [listener, from] of this.#listeners) {
      if (from < Number.POSITIVE_INFINITY) this.#listeners.set(listener, offset);
    }
    this.#tellAll((listener) => listener.cut({ epoch, offset }));
    // What came of the new log since it was looked at was not kept.
    this.#again = true;
  }

  #deliver(entry: Entry, nonce: string): void {
    this.#top = entry.offset;
    this.#nonce = nonce;
    this.#held.delete(entry.offset);
    this.#tell(() => {
      for (const [listener, from] of this.#listeners) if (entry.offset > from) listener.entry(entry);
      for (const { offset, reached } of this.#waiters) if (offset <= entry.offset) reached();
    });
  }

  #hold(epoch: string, entry: Entry, nonce: string, before: string): void {
    if (this.#held.size < HELD) this.#held.set(entry.offset, { epoch, entry, nonce, before });
  }

  #deliverHeld(): void {
    for (let next = this.#held.get(this.#top + 1); next !== undefined; next = this.#held.get(this.#top + 1)) {
      if (next.before !== this.#nonce) {
        this.#held.clear();
        void this.compare();
        return;
      }
      this.#deliver(next.entry, next.nonce);
    }
    // What was passed by what was read.
    for (const offset of this.#held.keys()) if (offset <= this.#top) this.#held.delete(offset);
  }

  /** Entries are missing that may come in a moment. */
  #overtaken(): void {
    this.#overtaking ??= setTimeout(() => {
      this.#overtaking = undefined;
      if (this.#held.size > 0 || this.#waiters.size > 0) void this.compare();
    }, OVERTAKING).unref();
  }

  #tellAll(what: (listener: LogListener) => void): void {
    this.#tell(() => {
      for (const listener of this.#listeners.keys()) what(listener);
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
    clearTimeout(this.#overtaking);
    for (const { reached } of this.#waiters) reached();
    this.host.ignore(this.room);
    this.host.onEmpty(this);
  }
}
