import type { ErrorCode } from './codes.js';

/**
 * A refusal that a client is told as an `error` frame. Handlers, guards and authenticators may throw it to choose the
 * code; its message, details and hint are sent as they are.
 *
 * @publicApi
 */
export class RoostException extends Error {
  override readonly name = 'RoostException';
  readonly details: unknown;
  /** Milliseconds after which it may be worth trying again. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { details?: unknown; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}

/** Whether something could not be done since what it needs is away, and may be done later. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof RoostException && error.code === 'UNAVAILABLE';
}
