import type { Connection } from '../connection/connection.js';
import type { Position } from '../protocol/index.js';
import type { Entry } from '../store/store.js';
import type { ReplayFrames } from './replay-frames.js';
import type { ReplaySink } from './replay.js';

/** A member's socket, as a replay writes to it. */
export class MemberSink implements ReplaySink {
  constructor(
    private readonly frames: ReplayFrames,
    private readonly connection: Connection,
    private readonly memberId: string,
  ) {}

  inTurn(step: () => Promise<void>): Promise<void> {
    return this.connection.outbox.whenDrained(step);
  }

  give(entries: readonly Entry[], top: Position): void {
    this.connection.outbox.pushReplay(this.frames.of(entries, top, this.memberId), entries.length);
  }
}
