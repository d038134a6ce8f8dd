import type { Position } from '../protocol/index.js';
import type { Entry, Store } from '../store/store.js';

/** Entries and bytes read at a time. */
const CHUNK = { limit: 256, bytes: 64 * 1024 };

/** What a replay needs of its room. */
export interface ReplayRoom {
  readonly name: string;
  readonly store: Store;
  readonly epoch: string;
  /** The last entry that was delivered to live members. */
  readonly top: number;
}

/** Who is given what was missed. */
export interface ReplaySink {
  /** Settles when there is room for more. */
  ready(): Promise<void>;
  give(entries: readonly Entry[]): void;
}

/** How a replay ended: the member has everything, or what it needs is no longer kept. */
type Outcome = 'caught-up' | 'gap';

/**
 * Gives one member, or one observer in the app, what it missed: read from the log as it takes it, so that a replay of
 * any length needs the memory of one chunk.
 */
export class Replay {
  /** The last entry that was given. */
  offset: number;
  readonly #epoch: string;
  #cancelled = false;

  /** @param from where the sink is */
  constructor(
    private readonly room: ReplayRoom,
    private readonly sink: ReplaySink,
    from: Position,
  ) {
    this.offset = from.offset;
    this.#epoch = from.epoch;
  }

  /** Ends it without another frame. */
  cancel(): void {
    this.#cancelled = true;
  }

  /**
   * Runs it until the sink has what the room has delivered, and calls `done` in the same step of the event loop, so
   * that nothing is delivered in between. A cancelled replay calls nothing.
   */
  async run(done: (outcome: Outcome) => void): Promise<void> {
    for (;;) {
      if (this.#cancelled) return;
      if (this.#epoch !== this.room.epoch) return done('gap');
      if (this.offset >= this.room.top) return done('caught-up');
      await this.sink.ready();
      if (this.#cancelled) return;
      const page = await this.room.store.read(this.room.name, { since: this.offset, ...CHUNK });
      if (this.#cancelled) return;
      const next = page.entries[0]?.offset ?? page.top + 1;
      if (page.epoch !== this.#epoch || next !== this.offset + 1) return done('gap');
      // A store that is behind its own deliveries has the rest in a moment; asking again is all there is to do.
      if (page.entries.length === 0) continue;
      this.sink.give(page.entries);
      this.offset = page.entries.at(-1)?.offset ?? this.offset;
    }
  }
}
