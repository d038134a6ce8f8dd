import type { RoostError } from 'nestjs-roost/client';

/** Why a message was not said, for the person who wanted to say it. */
export function failureWords(error: RoostError): string {
  switch (error.code) {
    case 'VALIDATION_FAILED':
      return validationWords(error.details) ?? error.message;
    case 'RATE_LIMITED':
      return error.message === 'too many messages' ? 'That was a little fast.' : error.message;
    case 'OUTCOME_UNKNOWN':
    case 'TIMEOUT':
      return 'The connection broke before an answer came: it may or may not have been said.';
    case 'UNAVAILABLE':
      return 'The server cannot take it at the moment.';
    case 'NOT_JOINED':
    case 'CLOSED':
      return 'There is no connection to this channel.';
    default:
      return error.message;
  }
}

function validationWords(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined;
  return (details as { message?: string }[]).map(({ message }) => message).join(' ');
}
