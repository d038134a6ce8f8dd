import type { Refusal } from '../../src/accounts/account.contract.js';

/** What was wrong with what somebody asked for, in words, and with which field. */
export class RefusedError extends Error {
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** Asks the server for something over HTTP, for people: @throws {RefusedError} in words that they can read */
export async function request(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new RefusedError('The server cannot be reached.');
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { message, field } = (answer ?? {}) as Partial<Refusal>;
  throw new RefusedError(message ?? 'The server cannot do that at the moment.', field);
}
