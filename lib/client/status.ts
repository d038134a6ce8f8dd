import type { RoostError } from './error.js';

/** The first connection is on its way, or the first one after `connect()` on a closed client. @publicApi */
export interface ConnectingStatus {
  readonly state: 'connecting';
}

/** Connected, and the session is open. @publicApi */
export interface OnlineStatus {
  readonly state: 'online';
  /** Whether the session of before goes on. Where it doesn't, rooms are joined anew from their last positions. */
  readonly resumed: boolean;
  /**
   * For each room that came back: `true` where nothing was missed, `false` where messages were lost. Rooms that are joined
   * anew are added as they come back, each with a further `online` status.
   */
  readonly rooms: Readonly<Record<string, boolean>>;
  /** `false` where direct messages were lost while the client was away. */
  readonly direct: boolean;
}

/** Not connected; the session waits on the server for as long as its time to live. @publicApi */
export interface AwayStatus {
  readonly state: 'away';
  /** When the connection was lost: milliseconds since 1970, by the client's clock. */
  readonly since: number;
  /** When the next attempt begins; `undefined` while one is running, or where the client waits for `connect()`. */
  readonly retryAt: number | undefined;
  /** Number of the attempt that comes next or is running, from 1; 0 where the client waits for `connect()`. */
  readonly attempt: number;
}

/** The client has stopped, and all its promises are settled. `connect()` starts it again. @publicApi */
export interface ClosedStatus {
  readonly state: 'closed';
  /** The close code of the connection, 1006 where there was none. */
  readonly code: number;
  readonly reason: string;
  readonly why: ClosedWhy;
  /** What the server said before it closed, where it said something. */
  readonly error: RoostError | undefined;
}

/**
 * Why a client has stopped.
 *
 * - `ended`: by `close()`, or the server has ended the session
 * - `taken-over`: a newer connection goes on with this session (a duplicated tab)
 * - `unauthenticated`: the credentials were refused, and asking for them anew did not help
 * - `forbidden`: banned, or not allowed in at all
 * - `incompatible`: the server does not speak this protocol
 * - `bad-frames`, `too-large`: the server refused what was sent
 * - `unreachable`: `maxAttempts` attempts in a row have failed
 *
 * @publicApi
 */
export type ClosedWhy =
  | 'ended'
  | 'taken-over'
  | 'unauthenticated'
  | 'forbidden'
  | 'incompatible'
  | 'bad-frames'
  | 'too-large'
  | 'unreachable';

/**
 * How a client stands, told apart by `state`; made to be shown on a page.
 *
 * @publicApi
 */
export type ClientStatus = ConnectingStatus | OnlineStatus | AwayStatus | ClosedStatus;
