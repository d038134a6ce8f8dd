import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RoostException, type Authenticated, type Authenticator, type Handshake, type User } from 'nestjs-roost';
import { isStaff } from '../accounts/staff.guard.js';
import { guestName } from './guest-name.js';
import { cleanNickname, nicknameFault } from './nickname.js';

export interface Person extends User {
  readonly name: string;
  /** Whether it is a moderator. Nobody else is told. */
  readonly staff?: boolean;
}

/** A nickname is enough to come in; who gives none comes as a guest. There is nothing here that proves who anybody is. */
@Injectable()
export class NicknameAuthenticator implements Authenticator<Person> {
  authenticate(handshake: Handshake): Authenticated<Person> {
    return { user: { ...person(handshake), staff: isStaff(handshake.cookies) } };
  }
}

function person({ auth, resuming }: Handshake): Person {
  const nickname = (auth as { nickname?: unknown } | null | undefined)?.nickname;
  if (nickname === undefined) return guest(resuming);
  if (typeof nickname !== 'string') throw new RoostException('FORBIDDEN', 'A nickname is a text.');
  const name = cleanNickname(nickname);
  const fault = nicknameFault(name);
  if (fault !== undefined) throw new RoostException('FORBIDDEN', fault);
  return { id: `nickname:${name.toLowerCase()}`, name };
}

/** A guest of its own, or the one that comes back. */
function guest(resuming: User | undefined): Person {
  if (!resuming?.id.startsWith('guest:')) return { id: `guest:${randomUUID()}`, name: guestName() };
  return { id: resuming.id, name: resuming.name ?? guestName() };
}
