import type { Connection } from '../connection/connection.js';
import { textFrame } from '../connection/frame.js';
import type { Entry } from '../store/store.js';
import { encodeEntry, encodeSkip } from './encoding.js';
import type { ReplaySink } from './replay.js';

/** A member's socket, as a replay writes to it. */
export class MemberSink implements ReplaySink {
  /** @param room the room's name as JSON text */
  constructor(
    private readonly room: string,
    private readonly connection: Connection,
    private readonly memberId: string,
  ) {}

  inTurn(step: () => Promise<void>): Promise<void> {
    return this.connection.outbox.whenDrained(step);
  }

  give(entries: readonly Entry[]): void {
    const frames = entries.map((entry) => {
      const excepted = entry.kind === 'message' && entry.except?.includes(this.memberId);
      return textFrame(excepted ? encodeSkip(this.room, entry.offset) : encodeEntry(this.room, entry));
    });
    this.connection.outbox.pushReplay(Buffer.concat(frames));
  }
}
