/**
 * The subprotocol a client offers to get sessions.
 *
 * @publicApi
 */
export const SUBPROTOCOL = 'roost.v1';

/**
 * Why a connection was closed. PROTOCOL.md says for each what becomes of the session and whether a client comes back.
 *
 * @publicApi
 */
export const CloseCode = {
  /** The client is done; its session ends. */
  NORMAL: 1000,
  /** A frame was larger than `limits.frame`. */
  TOO_LARGE: 1009,
  /** The server restarts; a `reconnect` frame came before. */
  RESTARTING: 1012,
  /** A run of bad frames. */
  BAD_FRAMES: 4400,
  /** Not, or no longer, authenticated. */
  UNAUTHENTICATED: 4401,
  /** Forbidden or banned; the session ends. */
  FORBIDDEN: 4403,
  /** Only unknown subprotocols were offered. */
  NO_SUBPROTOCOL: 4406,
  /** No `connect` frame in time. */
  CONNECT_TIMEOUT: 4408,
  /** A newer connection has resumed this session. */
  TAKEN_OVER: 4409,
  /** Too many connections or messages; a `reconnect` frame came before. */
  RATE_LIMITED: 4429,
  /** Nothing was heard from the other side for interval + timeout. */
  HEARTBEAT_TIMEOUT: 4501,
  /** The queue to this connection passed its limit; a resume repairs it. */
  SLOW_READER: 4502,
  /** The client dropped the connection and keeps its session. */
  DROPPED: 4900,
} as const;

/** @publicApi */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/**
 * What a client does after a close.
 *
 * - `retry`: comes back after a back-off, or after the server's hint where it gave one
 * - `credentials`: comes back with credentials asked for anew
 * - `stop`: stays away
 */
export type AfterClose = 'retry' | 'credentials' | 'stop';

const STOPPING: ReadonlySet<number> = new Set<number>([
  CloseCode.NORMAL,
  CloseCode.TOO_LARGE,
  CloseCode.BAD_FRAMES,
  CloseCode.FORBIDDEN,
  CloseCode.NO_SUBPROTOCOL,
  CloseCode.TAKEN_OVER,
]);

/** Tells what a client does after its connection was closed with `code`. */
export function afterClose(code: number): AfterClose {
  if (code === CloseCode.UNAUTHENTICATED) return 'credentials';
  return STOPPING.has(code) ? 'stop' : 'retry';
}

const ENDING: ReadonlySet<number> = new Set<number>([
  CloseCode.NORMAL,
  CloseCode.TOO_LARGE,
  CloseCode.BAD_FRAMES,
  CloseCode.FORBIDDEN,
]);

/** Whether a close with `code` ends the session; any other close leaves it away until its time to live is over. */
export function endsSession(code: number): boolean {
  return ENDING.has(code);
}

/**
 * The `code` of an `error` frame.
 *
 * @publicApi
 */
export const ErrorCode = {
  /** The frame is not one of the protocol. */
  BAD_FRAME: 'BAD_FRAME',
  /** No handler for this event. */
  UNKNOWN_EVENT: 'UNKNOWN_EVENT',
  /** No gateway serves a room of this name. */
  ROOM_NOT_FOUND: 'ROOM_NOT_FOUND',
  /** The session is not a member of the room. */
  NOT_JOINED: 'NOT_JOINED',
  /** Nobody is signed in, and somebody has to be. */
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  /** A guard, a handler or a rule said no. */
  FORBIDDEN: 'FORBIDDEN',
  /** The data did not pass its pipes; `details` names field and constraint. */
  VALIDATION_FAILED: 'VALIDATION_FAILED',
  /** Too much at once; `retryAfter` says when there is room again. */
  RATE_LIMITED: 'RATE_LIMITED',
  /** A frame above the size limit would have come out of this. */
  TOO_LARGE: 'TOO_LARGE',
  /** The session is in as many rooms as it may be. */
  TOO_MANY_ROOMS: 'TOO_MANY_ROOMS',
  /** The id is known, and its answer is no longer kept. */
  DUPLICATE_ID: 'DUPLICATE_ID',
  /** Whether the handler did its work is not known. */
  OUTCOME_UNKNOWN: 'OUTCOME_UNKNOWN',
  /** Not now: the server drains, or its store is away. */
  UNAVAILABLE: 'UNAVAILABLE',
  /** Something failed inside; the server's log knows more. */
  INTERNAL: 'INTERNAL',
} as const;

/** @publicApi */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/**
 * Why a membership ended.
 *
 * - `left`: by the member itself
 * - `kicked`, `banned`: by the app
 * - `refused`: by the room's resume handler
 * - `closed`: with the session
 *
 * @publicApi
 */
export type LeaveReason = 'left' | 'kicked' | 'banned' | 'refused' | 'closed';
