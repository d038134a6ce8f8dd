import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RoostException, type Authenticated, type Authenticator, type Handshake, type User } from 'nestjs-roost';
import { guestName } from '../people/guest-name.js';
import { cleanNickname, nicknameFault } from '../people/nickname.js';
import type { Person } from '../people/person.js';
import { Accounts } from './accounts.js';
import { LOGIN_COOKIE } from './login-cookie.js';
import { Logins } from './logins.js';

/** Lets in who has signed in, by their cookie; others under a nickname that nobody owns, or as guests. */
@Injectable()
export class SiteAuthenticator implements Authenticator<Person> {
  constructor(
    private readonly logins: Logins,
    private readonly accounts: Accounts,
  ) {}

  authenticate({ cookies, auth, resuming }: Handshake): Authenticated<Person> {
    const login = this.logins.find(cookies[LOGIN_COOKIE]);
    if (login !== undefined) return { user: { ...login.person, login: login.id }, expiresAt: login.expires };
    const nickname = (auth as { nickname?: unknown } | null | undefined)?.nickname;
    if (nickname === undefined) return { user: guest(resuming) };
    if (typeof nickname !== 'string') throw new RoostException('FORBIDDEN', 'A nickname is a text.');
    const name = cleanNickname(nickname);
    const fault = nicknameFault(name) ?? (this.accounts.byName(name) && 'Somebody has an account of that name.');
    if (fault !== undefined) throw new RoostException('FORBIDDEN', fault);
    return { user: { id: `nickname:${name.toLowerCase()}`, name } };
  }
}

/** A guest of its own, or the one that comes back. */
function guest(resuming: User | undefined): Person {
  if (!resuming?.id.startsWith('guest:')) return { id: `guest:${randomUUID()}`, name: guestName() };
  return { id: resuming.id, name: resuming.name ?? guestName() };
}
