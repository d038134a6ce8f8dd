import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import Sqlite from 'libsql';

type Value = string | number | null;

/** Who exists, and how channels are run. Names are compared folded, so that nobody can pass for somebody else. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, password TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS logins (
    token TEXT PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL, expires INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS channels (
    name TEXT PRIMARY KEY, topic TEXT NOT NULL, owner TEXT REFERENCES accounts (id),
    slow_mode INTEGER NOT NULL DEFAULT 0, unique_mode INTEGER NOT NULL DEFAULT 0, members_only INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE IF NOT EXISTS moderators (channel TEXT, account TEXT, PRIMARY KEY (channel, account));
  CREATE TABLE IF NOT EXISTS timeouts (channel TEXT, user TEXT, until INTEGER NOT NULL, PRIMARY KEY (channel, user));
`;

/**
 * The app's database: in memory, or the file that `ROOST_SAMPLE_DATABASE` names, which several nodes may share.
 *
 * Its calls are synchronous: SQLite answers from its cache before a promise would settle.
 */
@Injectable()
export class Database implements OnModuleDestroy {
  readonly #connection = new Sqlite(process.env['ROOST_SAMPLE_DATABASE'] ?? ':memory:');
  readonly #statements = new Map<string, Sqlite.Statement>();

  constructor() {
    // Nodes write in turn, and wait for each other.
    this.#connection.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;');
    this.#connection.exec(SCHEMA);
  }

  get(sql: string, ...values: Value[]): unknown {
    return this.#prepared(sql).get(...values) ?? undefined;
  }

  all(sql: string, ...values: Value[]): unknown[] {
    return this.#prepared(sql).all(...values);
  }

  /** @returns how many rows it has changed */
  run(sql: string, ...values: Value[]): number {
    return this.#prepared(sql).run(...values).changes;
  }

  onModuleDestroy(): void {
    this.#connection.close();
  }

  #prepared(sql: string) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
    return statement;
  }
}
