import type { ErrorCode } from '../protocol/codes.js';
import type { ErrorFrame } from '../protocol/frames.js';

/**
 * Why something that was asked of the server, or of the client itself, did not come about.
 *
 * Besides the server's codes there are two of the client's own: `TIMEOUT` (no answer came in time; whether the handler
 * ran is not known) and `CLOSED` (the client is closed, and the frame was never sent). `OUTCOME_UNKNOWN` also comes from
 * the client: the frame was sent, and the session was lost before its answer.
 *
 * @publicApi
 */
export class RoostError extends Error {
  override readonly name = 'RoostError';

  constructor(
    readonly code: ErrorCode | 'TIMEOUT' | 'CLOSED',
    /** For people who look for a fault; its wording may change. */
    message: string = code,
    /** What the server adds, such as field and constraint of `VALIDATION_FAILED`. */
    readonly details?: unknown,
    /** Milliseconds after which it may be worth trying again. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

export function errorOf({ code, message, details, retryAfter }: ErrorFrame): RoostError {
  return new RoostError(code, message, details, retryAfter);
}
