import { createHash, randomBytes } from 'node:crypto';

/** Makes the secret that resumes a session: 256 bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token. Tokens are random, so a plain hash is as good as a slow one. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Makes a session's public id. */
export function newSessionId(): string {
  return randomBytes(12).toString('base64url');
}
