import type { PublicUser } from '../protocol/index.js';

/** Somebody is not to be in a room. @publicApi */
export interface Ban {
  readonly user: PublicUser;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When it ends, in milliseconds since 1970; never, where it is missing. */
  readonly until?: number;
  /** What the user is told. */
  readonly reason?: string;
}

/**
 * Who is not to be in which room. A ban outlives the room's log and members; it is as if it had never been once it has
 * ended.
 *
 * @publicApi
 */
export interface Bans {
  /** Adds a ban, instead of the one that the user has. Where there are too many the oldest goes. */
  add(room: string, ban: Ban): Promise<void>;
  /** @returns whether there was one */
  lift(room: string, userId: string): Promise<boolean>;
  find(room: string, userId: string): Promise<Ban | undefined>;
  /** Those of a room, oldest first. */
  list(room: string): Promise<readonly Ban[]>;
}

/** Whether a ban is over. */
export function hasEnded({ until }: Ban, now: number): boolean {
  return until !== undefined && until <= now;
}
