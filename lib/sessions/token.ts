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

/** Hashes of the tokens that resume a session: the one last presented, and the one issued for it, or about to be. */
export class Tokens {
  presented?: string;
  issued?: string;
  next?: string;

  /** Whether a token resumes the session. */
  has(token: string): boolean {
    const hash = hashToken(token);
    return [this.presented, this.issued, this.next].includes(hash);
  }

  /** A client comes with this one: what was issued for another no longer counts. */
  present(token: string): void {
    const hash = hashToken(token);
    if (hash === this.presented) return;
    this.presented = hash;
    delete this.issued;
    delete this.next;
  }

  /** One is about to be issued: it has to be written down before the client is told. */
  prepare(token: string): void {
    this.next = hashToken(token);
  }

  issue(token: string): void {
    delete this.next;
    this.issued = hashToken(token);
  }
}
