import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Who is kept from writing in which channel, and until when. */
@Injectable()
export class Timeouts {
  constructor(private readonly database: Database) {}

  /** @param until milliseconds since 1970 */
  begin(channel: string, user: string, until: number): void {
    this.database.run('DELETE FROM timeouts WHERE until <= ?', Date.now());
    this.database.run('INSERT OR REPLACE INTO timeouts VALUES (?, ?, ?)', channel, user, until);
  }

  /** Milliseconds since 1970; nothing where there is none, or it is over. */
  of(channel: string, user: string): number | undefined {
    const sql = 'SELECT until FROM timeouts WHERE channel = ? AND user = ? AND until > ?';
    const row = this.database.get(sql, channel, user, Date.now()) as { readonly until: number } | undefined;
    return row?.until;
  }
}
