import type { ArgumentsHost, ExceptionFilter, Type } from '@nestjs/common';
import { ErrorCode, RoostException } from '../protocol/index.js';
import { caughtBy } from './nest-metadata.js';
import { refusalOf } from './refusal.js';

/** A filter that Nest makes: its class, or its name in the app. */
export type FilterToken = Type<ExceptionFilter> | string;

/** Exception filters in the order in which they are asked. */
export type Filters = readonly (ExceptionFilter | FilterToken)[];

export interface FilterParts {
  /** Makes or finds a filter. */
  readonly resolve: (filter: FilterToken) => Promise<ExceptionFilter>;
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * Asks the app's exception filters what a client is to be told. The first that catches the error has its say: what it
 * returns or throws becomes the refusal; where it says nothing, the error speaks for itself. An error stays an error,
 * and a filter that fails (as one made for HTTP does here) changes nothing.
 */
export async function filterError(
  error: unknown,
  filters: Filters,
  host: ArgumentsHost,
  parts: FilterParts,
): Promise<RoostException> {
  for (const given of filters) {
    const filter = typeof given === 'object' ? given : await parts.resolve(given);
    const caught = caughtBy(filter);
    if (caught.length > 0 && !caught.some((type) => error instanceof type)) continue;
    try {
      const said = await (filter.catch(error, host) as unknown);
      return asRefusal(said) ?? refusalOf(error);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal.code !== 'INTERNAL') return refusal;
      if (thrown !== error) parts.onError(thrown, `exception filter ${filter.constructor.name}`);
      return refusalOf(error);
    }
  }
  return refusalOf(error);
}

function asRefusal(said: unknown): RoostException | undefined {
  if (said instanceof Error) return refusalOf(said);
  if (typeof said !== 'object' || said === null) return undefined;
  const { code, message, details, retryAfter } = said as Record<string, unknown>;
  if (typeof code !== 'string' || !(code in ErrorCode) || typeof message !== 'string') return undefined;
  return new RoostException(code as ErrorCode, message, {
    ...(details !== undefined && { details }),
    ...(typeof retryAfter === 'number' && { retryAfter }),
  });
}
