import { Injectable } from '@nestjs/common';
import { RoostException } from 'nestjs-roost';
import { Database } from '../database/database.js';

/** Seconds of the slowest mode; what was said before that holds up nobody. */
export const SLOWEST = 3_600;

/** Keeps so many seconds between two messages of one person, however much others say, on all nodes with this database. */
@Injectable()
export class SlowMode {
  constructor(private readonly database: Database) {}

  /**
   * Takes note of a message.
   *
   * @throws {RoostException} RATE_LIMITED where the last one is not long enough ago
   */
  take(channel: string, user: string, seconds: number): void {
    const now = Date.now();
    this.database.run('DELETE FROM last_words WHERE at <= ?', now - SLOWEST * 1_000);
    const taken = this.database.run(
      `INSERT INTO last_words VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET at = excluded.at WHERE at <= ?`,
      ...[channel, user, now, now - seconds * 1_000],
    );
    if (taken > 0) return;
    const sql = 'SELECT at FROM last_words WHERE channel = ? AND user = ?';
    const { at = now } = (this.database.get(sql, channel, user) ?? {}) as { at?: number };
    throw new RoostException('RATE_LIMITED', 'Slow mode: not so fast.', {
      retryAfter: Math.max(1, at + seconds * 1_000 - now),
    });
  }
}
