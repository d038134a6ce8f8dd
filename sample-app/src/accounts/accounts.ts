import { randomUUID } from 'node:crypto';
import { ConflictException, Injectable, UnauthorizedException, UnprocessableEntityException } from '@nestjs/common';
import { Database } from '../database/database.js';
import { cleanNickname, nicknameFault } from '../people/nickname.js';
import type { Person } from '../people/person.js';
import type { Credentials, Refusal } from './account.contract.js';
import { ACCOUNT } from './account-id.js';
import { hashPassword, isPassword } from './password.js';

/** Characters of a password. */
const PASSWORD = { least: 8, most: 200 };

interface Row {
  readonly id: string;
  readonly name: string;
  readonly password: string;
}

/** People with a name that is theirs alone, and a password. */
@Injectable()
export class Accounts {
  constructor(private readonly database: Database) {}

  /** @throws in words, with the field that is wrong */
  async signUp({ name: raw, password }: Credentials): Promise<Person> {
    const name = cleanNickname(raw);
    const fault = nicknameFault(name);
    if (fault !== undefined)
      throw new UnprocessableEntityException({ message: fault, field: 'name' } satisfies Refusal);
    const { least, most } = PASSWORD;
    if (password.length < least || password.length > most) {
      const message = `A password has from ${least} to ${most} characters.`;
      throw new UnprocessableEntityException({ message, field: 'password' } satisfies Refusal);
    }
    const id = `${ACCOUNT}${randomUUID()}`;
    const hash = await hashPassword(password);
    const added = this.database.run(
      'INSERT INTO accounts (id, name, folded, password) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      id,
      name,
      fold(name),
      hash,
    );
    if (added === 0) throw new ConflictException({ message: 'That name is taken.', field: 'name' } satisfies Refusal);
    return { id, name };
  }

  async signIn({ name, password }: Credentials): Promise<Person> {
    const row = this.#find(name);
    // Which of the two was wrong is nobody's business.
    if (!(await isPassword(password, row?.password)) || row === undefined) {
      throw new UnauthorizedException({ message: 'The name or the password is wrong.' } satisfies Refusal);
    }
    return { id: row.id, name: row.name };
  }

  /** The account of this name. */
  byName(name: string): Person | undefined {
    const row = this.#find(name);
    return row && { id: row.id, name: row.name };
  }

  byId(id: string): Person | undefined {
    return this.database.get('SELECT id, name FROM accounts WHERE id = ?', id) as Person | undefined;
  }

  #find(name: string): Row | undefined {
    return this.database.get('SELECT * FROM accounts WHERE folded = ?', fold(cleanNickname(name))) as Row | undefined;
  }
}

/** The same for names that look alike. */
export function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
