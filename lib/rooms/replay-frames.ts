import { textFrame } from '../connection/frame.js';
import type { Position } from '../protocol/index.js';
import type { Entry } from '../store/store.js';
import { encodeEntry, encodeSkip } from './encoding.js';

/**
 * Frames of a room's replays. When many come back at once they miss the same: what was made last is made once for all
 * of them, and kept for as long as anybody is being replayed.
 */
export class ReplayFrames {
  #last: { readonly top: Position; readonly first: number; readonly end: number; readonly frames: Buffer } | undefined;
  #replays = 0;

  /** @param room the room's name as JSON text */
  constructor(private readonly room: string) {}

  /** A replay begins; it has to {@link release} this. */
  retain(): void {
    this.#replays++;
  }

  release(): void {
    if (--this.#replays === 0) this.#last = undefined;
  }

  /**
   * The frames of entries that follow each other, joined.
   *
   * @param top the log's when they were read; a retraction that has changed one of them since has moved it
   * @param memberId who gets them
   */
  of(entries: readonly Entry[], top: Position, memberId: string): Buffer {
    const first = entries[0]?.offset ?? 0;
    const end = entries.at(-1)?.offset ?? 0;
    const last = this.#last;
    if (last !== undefined && isSame(last.top, top) && last.first === first && last.end === end) return last.frames;
    let shared = true;
    const frames = Buffer.concat(
      entries.map((entry) => {
        const except = entry.kind === 'message' ? entry.except : undefined;
        if (except !== undefined) shared = false;
        return textFrame(
          except?.includes(memberId) ? encodeSkip(this.room, entry.offset) : encodeEntry(this.room, entry),
        );
      }),
    );
    if (shared) this.#last = { top, first, end, frames };
    return frames;
  }
}

function isSame(one: Position, other: Position): boolean {
  return one.offset === other.offset && one.epoch === other.epoch;
}
