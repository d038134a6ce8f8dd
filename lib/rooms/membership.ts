import type { Connection } from '../connection/connection.js';
import type { Position } from '../protocol/index.js';
import type { Member } from './member.js';
import type { Replay } from './replay.js';

/**
 * One member in one room, and how far it has got.
 *
 * - away: no connection; `offset` means nothing until it comes back and says where it stopped
 * - replaying: `offset` is the last entry it was given
 * - live: it has everything that the room has delivered
 */
export class Membership {
  connection: Connection | undefined;
  replay: Replay | undefined;
  offset: number;
  /** Revision of presence that it was last told as a state. */
  presenceRev = -1;

  /** @param joinedAt where it came in: what a client is replayed from that does not name the room at a resume */
  constructor(
    readonly member: Member,
    readonly joinedAt: Position,
    readonly params: Readonly<Record<string, string>>,
  ) {
    this.offset = joinedAt.offset;
  }

  get id(): string {
    return this.member.id;
  }
}

/** A membership that is live. */
export type LiveMembership = Membership & { readonly connection: Connection };
