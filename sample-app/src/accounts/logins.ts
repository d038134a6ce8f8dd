import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Person } from '../people/person.js';

/** Milliseconds for which a login lasts: people come back, guests seldom do. */
export const LOGIN_MS = 30 * 24 * 60 * 60_000;
/** How many there are at a time; past that those go that end first. */
const LOGINS = 100_000;
/** Bytes of a token. */
const TOKEN = 32;

/** A login, by the token that its browser has. */
export interface Login {
  /** The hash of the token. */
  readonly id: string;
  readonly person: Person;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Who is signed in. A token is kept as its hash: who reads the database can be nobody with it. */
@Injectable()
export class Logins {
  constructor(private readonly database: Database) {}

  /** @returns the token */
  begin({ id, name }: Person): string {
    const now = Date.now();
    this.database.run('DELETE FROM logins WHERE expires < ?', now);
    const token = randomBytes(TOKEN).toString('base64url');
    this.database.run('INSERT INTO logins VALUES (?, ?, ?, ?)', hash(token), id, name, now + LOGIN_MS);
    const excess = 'SELECT token FROM logins ORDER BY expires LIMIT max(0, (SELECT count(*) FROM logins) - ?)';
    this.database.run(`DELETE FROM logins WHERE token IN (${excess})`, LOGINS);
    return token;
  }

  find(token: string | undefined): Login | undefined {
    if (token === undefined) return undefined;
    const id = hash(token);
    const row = this.database.get(
      'SELECT user, name, expires FROM logins WHERE token = ? AND expires > ?',
      id,
      Date.now(),
    ) as { readonly user: string; readonly name: string; readonly expires: number } | undefined;
    return row && { id, person: { id: row.user, name: row.name }, expires: row.expires };
  }

  end(token: string): void {
    this.database.run('DELETE FROM logins WHERE token = ?', hash(token));
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
