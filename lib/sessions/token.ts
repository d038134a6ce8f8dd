import { createHash, randomBytes } from 'node:crypto';

/** Makes the secret that resumes a session: its public id, for finding it, and 256 bits. */
export function newToken(session: string): string {
  return `${session}.${randomBytes(32).toString('base64url')}`;
}

/** Id of the session that a token would resume, whether or not there is one. */
export function sessionOf(token: string): string {
  return token.slice(0, Math.max(0, token.indexOf('.')));
}

/** What is kept of a token. Tokens are random, so a plain hash is as good as a slow one. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Makes a session's public id. */
export function newSessionId(): string {
  return randomBytes(12).toString('base64url');
}
