import type { LeaveReason, PresenceMember } from '../protocol/index.js';

/**
 * Who a connection belongs to, as the app's authenticator says.
 *
 * @publicApi
 */
export interface User {
  /** Tells users apart: a session can only be resumed by the user it was opened by. */
  readonly id: string;
  /** Shown to others beside the id. */
  readonly name?: string;
}

/** Somebody who may be in rooms: a session, as rooms see it. @publicApi */
export interface Member {
  /** Public id. */
  readonly id: string;
  readonly user: User | undefined;
  /** As others see it. */
  readonly presence: PresenceMember;
  /** @internal Rises with each node that has it: of two that write of it, the later one is right. */
  readonly generation?: number;
  /** @internal Takes it out of a room, and tells it so. */
  expel(room: string, reason: LeaveReason): void;
  /** @internal Ephemeral messages did not go to it, since its connection was too slow. */
  skip(count: number): void;
}
