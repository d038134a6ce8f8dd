import type { Connection } from '../connection/connection.js';
import { textFrame } from '../connection/frame.js';
import type { Position } from '../protocol/index.js';
import type { Entry, Store } from '../store/store.js';
import { encodeEntry, encodeSkip } from './encoding.js';

/** Entries and bytes read at a time. */
const CHUNK = { limit: 256, bytes: 64 * 1024 };

/** What a replay needs of its room. */
export interface ReplayRoom {
  readonly name: string;
  /** The name as JSON text. */
  readonly json: string;
  readonly store: Store;
  readonly epoch: string;
  /** The last entry that was delivered to live members. */
  readonly top: number;
}

/** How a replay ended: the member has everything, or what it needs is no longer kept. */
type Outcome = 'caught-up' | 'gap';

/**
 * Gives one member what it missed, read from the log as its socket drains, so that a replay of any length needs the
 * memory of one chunk.
 */
export class Replay {
  /** The last entry the member has been given. */
  offset: number;
  readonly #epoch: string;
  #cancelled = false;

  /** @param from where the member is */
  constructor(
    private readonly room: ReplayRoom,
    private readonly connection: Connection,
    private readonly memberId: string,
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
   * Runs it until the member has what the room has delivered, and calls `done` in the same step of the event loop, so
   * that nothing is delivered in between. A cancelled replay calls nothing.
   */
  async run(done: (outcome: Outcome) => void): Promise<void> {
    for (;;) {
      if (this.#cancelled) return;
      if (this.#epoch !== this.room.epoch) return done('gap');
      if (this.offset >= this.room.top) return done('caught-up');
      await this.connection.outbox.drained();
      if (this.#cancelled) return;
      const page = await this.room.store.read(this.room.name, { since: this.offset, ...CHUNK });
      if (this.#cancelled) return;
      const next = page.entries[0]?.offset ?? page.top + 1;
      if (page.epoch !== this.#epoch || next !== this.offset + 1) return done('gap');
      // A store that is behind its own deliveries has the rest in a moment; asking again is all there is to do.
      if (page.entries.length > 0) this.#give(page.entries);
    }
  }

  #give(entries: readonly Entry[]): void {
    const { json } = this.room;
    const frames = entries.map((entry) =>
      textFrame(
        entry.kind === 'message' && entry.except?.includes(this.memberId)
          ? encodeSkip(json, entry.offset)
          : encodeEntry(json, entry),
      ),
    );
    this.connection.outbox.pushReplay(Buffer.concat(frames));
    this.offset = entries.at(-1)?.offset ?? this.offset;
  }
}
