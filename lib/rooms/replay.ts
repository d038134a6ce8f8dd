import { isUnavailable, type Position } from '../protocol/index.js';
import type { Entry, Span, Store } from '../store/store.js';

/** Entries and bytes read at a time. */
const CHUNK = { limit: 256, bytes: 64 * 1024 };

/** What a replay needs of its room. */
export interface ReplayRoom {
  readonly name: string;
  readonly store: Store;
  readonly epoch: string;
  /** The last entry that was delivered to live members. */
  readonly top: number;
  /** Settles when that entry has been delivered to live members, or the room's log is another. */
  reached(offset: number): Promise<void>;
  /** Where the log begins and ends, once the room is in the same one. */
  span(): Promise<Span>;
  /** Settles in a moment. */
  later(): Promise<void>;
}

/** Who is given what was missed. */
export interface ReplaySink {
  /** Runs a step of a replay when there is room for what it gives; of several replays one step at a time. */
  inTurn(step: () => Promise<void>): Promise<void>;
  /** @param top the log's when they were read */
  give(entries: readonly Entry[], top: Position): void;
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
  /** Whether what comes next is no longer kept. */
  #broken = false;

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
   * that nothing is delivered in between. A cancelled replay calls nothing. While the store does not answer it waits:
   * what it cannot read now is not lost.
   */
  async run(done: (outcome: Outcome) => void): Promise<void> {
    for (;;) {
      if (this.#cancelled) return;
      if (this.#broken) return done('gap');
      const same = this.#epoch === this.room.epoch;
      if (same && this.offset === this.room.top) return done('caught-up');
      // Another node was ahead of this one, and what the sink has must not come again.
      if (same && this.offset > this.room.top) await this.room.reached(this.offset);
      else await this.#inReach(() => (same ? this.sink.inTurn(() => this.#step()) : this.#compare()));
    }
  }

  async #inReach(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.room.later();
    }
  }

  /** The log of the sink and that of the room are two; it may be the room that is behind. */
  async #compare(): Promise<void> {
    await this.room.span();
    this.#broken = this.#epoch !== this.room.epoch;
  }

  async #step(): Promise<void> {
    if (this.#cancelled) return;
    const page = await this.room.store.read(this.room.name, { since: this.offset, ...CHUNK });
    if (this.#cancelled) return;
    if (page.epoch !== this.#epoch) {
      await this.#compare();
      return;
    }
    const next = page.entries[0]?.offset ?? page.top + 1;
    this.#broken = next !== this.offset + 1;
    if (this.#broken) return;
    // What the room has not delivered yet comes live. A store that is behind the room has the rest in a moment; asking
    // again is all there is to do.
    const entries = page.entries.filter(({ offset }) => offset <= this.room.top);
    if (entries.length === 0) return;
    this.sink.give(entries, { epoch: page.epoch, offset: page.top });
    this.offset = entries.at(-1)?.offset ?? this.offset;
  }
}
