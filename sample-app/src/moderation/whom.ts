import { Injectable } from '@nestjs/common';
import { RoostException, type PublicUser, type Room } from 'nestjs-roost';
import { Accounts } from '../accounts/accounts.js';
import type { ChatContract, ChatMessage, Moderated } from '../chat/chat.contract.js';

/** Entries of the log that somebody is looked for in. */
const KEPT = 500;

/** Finds the name of whom moderators name by an id: people are here, have an account, or have left a trace. */
@Injectable()
export class Whom {
  constructor(private readonly accounts: Accounts) {}

  /** @throws {RoostException} where nobody is known by that id */
  async find(room: Room<ChatContract>, id: string): Promise<Required<PublicUser>> {
    const here = room.members.find(({ user }) => user?.id === id)?.user?.name;
    const name = here ?? this.accounts.byId(id)?.name ?? (await nameInLog(room, id)) ?? (await nameOfBanned(room, id));
    if (name !== undefined) return { id, name };
    throw new RoostException('FORBIDDEN', 'Nobody is known by that id.');
  }
}

async function nameInLog(room: Room<ChatContract>, id: string): Promise<string | undefined> {
  const { messages } = await room.history({ limit: KEPT });
  for (const { event, data } of messages.toReversed()) {
    const whose = event === 'say' ? (data as ChatMessage).author : (data as Partial<Moderated>).user;
    if (whose?.id === id) return whose.name;
  }
  return undefined;
}

async function nameOfBanned(room: Room<ChatContract>, id: string): Promise<string | undefined> {
  return (await room.banned()).find(({ user }) => user.id === id)?.user.name;
}
