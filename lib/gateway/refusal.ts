import { HttpException, HttpStatus, type ValidationError } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { ErrorCode, RoostException } from '../protocol/index.js';

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  [HttpStatus.BAD_REQUEST]: 'VALIDATION_FAILED',
  [HttpStatus.UNPROCESSABLE_ENTITY]: 'VALIDATION_FAILED',
  [HttpStatus.UNAUTHORIZED]: 'UNAUTHENTICATED',
  [HttpStatus.PAYLOAD_TOO_LARGE]: 'TOO_LARGE',
  [HttpStatus.TOO_MANY_REQUESTS]: 'RATE_LIMITED',
  [HttpStatus.SERVICE_UNAVAILABLE]: 'UNAVAILABLE',
};

/**
 * What a client is told of an error that the app has thrown. Exceptions that are meant for clients keep their words; of
 * all others nothing is told but that there was one.
 */
export function refusalOf(error: unknown): RoostException {
  if (error instanceof RoostException) return error;
  if (error instanceof HttpException) return ofHttp(error);
  if (error instanceof WsException) return ofWs(error);
  return new RoostException('INTERNAL', 'something went wrong', { cause: error });
}

/**
 * Makes the exception of a `ValidationPipe` whose `details` name field and constraint:
 * `new ValidationPipe({ exceptionFactory: validationFailed })`.
 *
 * @publicApi
 */
export function validationFailed(errors: readonly ValidationError[]): RoostException {
  return new RoostException('VALIDATION_FAILED', 'the data did not pass validation', { details: failures(errors, '') });
}

interface Failure {
  readonly field: string;
  readonly constraint: string;
  readonly message: string;
}

function failures(errors: readonly ValidationError[], parent: string): Failure[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const field = `${parent}${property}`;
    const own = Object.entries(constraints).map(([constraint, message]) => ({ field, constraint, message }));
    return [...own, ...failures(children, `${field}.`)];
  });
}

function ofHttp(error: HttpException): RoostException {
  const status = error.getStatus();
  if (status >= 500 && status !== (HttpStatus.SERVICE_UNAVAILABLE as number)) {
    return new RoostException('INTERNAL', 'something went wrong', { cause: error });
  }
  const code = BY_STATUS[status] ?? 'FORBIDDEN';
  const response = error.getResponse();
  const messages = typeof response === 'object' ? (response as { message?: unknown }).message : undefined;
  if (code !== 'VALIDATION_FAILED' || !Array.isArray(messages)) return new RoostException(code, error.message);
  // A ValidationPipe as it comes: sentences that begin with the field's path.
  const details = messages.map((message: unknown) => {
    const text = String(message);
    return { field: text.split(' ', 1)[0] ?? '', message: text };
  });
  return new RoostException(code, 'the data did not pass validation', { details });
}

function ofWs(error: WsException): RoostException {
  const said = error.getError();
  if (typeof said === 'string') return new RoostException('FORBIDDEN', said);
  const { code, message, details, retryAfter } = said as Record<string, unknown>;
  const known = typeof code === 'string' && code in ErrorCode ? (code as ErrorCode) : 'FORBIDDEN';
  return new RoostException(known, typeof message === 'string' ? message : 'refused', {
    ...(details !== undefined && { details }),
    ...(typeof retryAfter === 'number' && { retryAfter }),
  });
}
