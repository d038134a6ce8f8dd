import type { ErrorCode, LeaveReason } from './codes.js';
import type { Position } from './position.js';

// ---- client to server ----------------------------------------------------------------------------------------------

/** Opens a session, or resumes the one whose secret token is `session`. */
export interface ConnectFrame {
  readonly op: 'connect';
  readonly auth?: unknown;
  readonly session?: string;
  /** Last direct message seen. */
  readonly seq?: number;
  /** Last position reached in each room whose `left` has not arrived. */
  readonly rooms?: Readonly<Record<string, Position>>;
}

export interface JoinFrame {
  readonly op: 'join';
  readonly id?: number;
  readonly room: string;
  readonly data?: unknown;
  readonly since?: Position;
}

export interface LeaveFrame {
  readonly op: 'leave';
  readonly id?: number;
  readonly room: string;
}

export interface HistoryFrame {
  readonly op: 'history';
  readonly id?: number;
  readonly room: string;
  /** Only entries below this offset: the page ends just before it. Of a position only the offset counts. */
  readonly before?: number | Position;
  /** Only entries above this offset: the page starts just after it. Of a position only the offset counts. */
  readonly since?: number | Position;
  /** At most so many entries. */
  readonly limit?: number;
}

export interface PresenceFrame {
  readonly op: 'presence';
  readonly id?: number;
  readonly room: string;
}

/** An application message: to a room's handlers, or without `room` to an ordinary `@SubscribeMessage` handler. */
export interface MessageFrame {
  readonly event: string;
  readonly data?: unknown;
  readonly room?: string;
  readonly id?: number;
}

export interface PingFrame {
  readonly op: 'ping';
}

export interface PongFrame {
  readonly op: 'pong';
  /** Direct messages up to here have arrived. */
  readonly seq?: number;
}

/** A frame that asks for something of one room. */
export type RoomFrame = JoinFrame | LeaveFrame | HistoryFrame | PresenceFrame;

export type ClientFrame = ConnectFrame | RoomFrame | MessageFrame | PingFrame | PongFrame;

// ---- server to client ----------------------------------------------------------------------------------------------

/**
 * What a client needs to know of the server's limits; told in `welcome`.
 *
 * @publicApi
 */
export interface SessionLimits {
  /** Bytes of one frame, either way. */
  readonly frame: number;
  /** Rooms of one session. */
  readonly rooms: number;
  /** Frames that may be unfinished at a time. */
  readonly pending: number;
}

/**
 * The part of a user that is shown to others.
 *
 * @publicApi
 */
export interface PublicUser {
  readonly id: string;
  readonly name?: string;
}

/**
 * Somebody in a room, as others see them: one entry for each session.
 *
 * @publicApi
 */
export interface PresenceMember {
  /** The session's public id. */
  readonly id: string;
  readonly user?: PublicUser;
  /** Its connection has been gone for a while; it may still come back. */
  readonly away?: true;
}

/**
 * Who is in a room.
 *
 * @publicApi
 */
export interface PresenceState {
  /** Rises by one with each change that is told. */
  readonly rev: number;
  readonly count: number;
  /** Left out in rooms that only count, and in those that have grown too large for a list. */
  readonly members?: readonly PresenceMember[];
}

/** One entry of a room's history. A retracted message and the retraction of one are entries without data. */
export interface HistoryMessage {
  readonly event: string;
  readonly data: unknown;
  readonly offset: number;
  readonly from?: string;
  readonly ts: number;
}

/** A page of a room's history, ascending. */
export interface HistoryPage {
  readonly epoch: string;
  /** The top of the log at reading. */
  readonly offset: number;
  readonly messages: readonly HistoryMessage[];
  /** Whether there is more in the direction of reading. */
  readonly more: boolean;
}

/** What became of one room at a resume. `offset` is the position just before the next entry of this connection. */
export interface ResumedRoom extends Position {
  readonly recovered: boolean;
}

export interface WelcomeFrame {
  readonly op: 'welcome';
  readonly session: { readonly id: string; readonly token: string; /** Milliseconds. */ readonly ttl: number };
  readonly resumed: boolean;
  /** The highest request id the session has received; new ones go above it. */
  readonly lastId: number;
  readonly user?: PublicUser;
  /** Milliseconds. */
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
  readonly rooms?: Readonly<Record<string, ResumedRoom>>;
  readonly direct?: { readonly seq: number; readonly recovered: boolean };
  readonly limits: SessionLimits;
}

export interface JoinedFrame extends Position {
  readonly op: 'joined';
  readonly id?: number;
  readonly room: string;
  /** Present where the join asked for `since`. */
  readonly recovered?: boolean;
  readonly data?: unknown;
  readonly presence?: PresenceState;
}

export interface LeftFrame {
  readonly op: 'left';
  readonly room: string;
  readonly reason: LeaveReason;
  readonly id?: number;
}

/** A message of a room. Without `offset` it is ephemeral. */
export interface RoomMessageFrame {
  readonly event: string;
  readonly room: string;
  readonly data: unknown;
  readonly offset?: number;
  readonly from?: string;
  readonly ts: number;
}

export interface RetractFrame {
  readonly op: 'retract';
  readonly room: string;
  readonly offset: number;
  readonly target: number;
}

export interface SkipFrame {
  readonly op: 'skip';
  readonly room: string;
  readonly offset: number;
}

/** A message to this session alone. */
export interface DirectFrame {
  readonly event: string;
  readonly data: unknown;
  readonly seq?: number;
}

export interface AckFrame {
  readonly op: 'ack';
  readonly id: number;
  readonly data?: unknown;
  /** Where the handler published into its room. */
  readonly offset?: number;
}

export interface ErrorFrame {
  readonly op: 'error';
  readonly id?: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: unknown;
  /** Milliseconds. */
  readonly retryAfter?: number;
}

/** A change of who is in a room, or with `members` the whole state. */
export interface PresenceChangeFrame {
  readonly op: 'presence';
  readonly room: string;
  readonly rev: number;
  readonly count: number;
  readonly joined?: readonly PresenceMember[];
  /** Public session ids. */
  readonly left?: readonly string[];
  readonly members?: readonly PresenceMember[];
}

/** A stream of the room has come to its end: no more messages of this event come from it. */
export interface CompleteFrame {
  readonly op: 'complete';
  readonly room: string;
  readonly event: string;
}

export interface GapFrame extends Position {
  readonly op: 'gap';
  readonly room: string;
}

export interface ReconnectFrame {
  readonly op: 'reconnect';
  /** Milliseconds. */
  readonly after: number;
}

export type ServerFrame =
  | WelcomeFrame
  | JoinedFrame
  | LeftFrame
  | RoomMessageFrame
  | RetractFrame
  | SkipFrame
  | DirectFrame
  | AckFrame
  | ErrorFrame
  | PresenceChangeFrame
  | CompleteFrame
  | GapFrame
  | ReconnectFrame
  | PingFrame
  | PongFrame;
