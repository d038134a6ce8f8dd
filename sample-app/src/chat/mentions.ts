import { Injectable } from '@nestjs/common';
import type { Room } from 'nestjs-roost';
import { Accounts, fold } from '../accounts/accounts.js';
import type { ChatContract } from './chat.contract.js';

/** People whom one message may address. */
const MOST = 10;

/** Finds out who is addressed. */
@Injectable()
export class Mentions {
  constructor(private readonly accounts: Accounts) {}

  /** Names behind an `@` in a text, folded: of who is here, as a whole, or of an account, as one word. */
  of(room: Room<ChatContract>, text: string): string[] {
    const here = new Set(room.members.flatMap(({ user }) => (user?.name === undefined ? [] : [fold(user.name)])));
    const found = new Set<string>();
    const folded = fold(text);
    for (let at = folded.indexOf('@'); at >= 0 && found.size < MOST; at = folded.indexOf('@', at + 1)) {
      const rest = folded.slice(at + 1);
      const name = longest([...here].filter((one) => rest.startsWith(one) && endsWord(rest, one.length)));
      const word = /^[\p{L}\p{M}\p{N}_-]+/u.exec(rest)?.[0];
      if (name !== undefined) found.add(name);
      else if (word !== undefined && this.accounts.byName(word) !== undefined) found.add(word);
    }
    return [...found];
  }
}

function longest(names: readonly string[]): string | undefined {
  return names.toSorted((one, other) => other.length - one.length)[0];
}

function endsWord(text: string, at: number): boolean {
  return !/^[\p{L}\p{M}\p{N}_]/u.test(text.slice(at));
}
