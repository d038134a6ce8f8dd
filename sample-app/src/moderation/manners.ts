import { Injectable } from '@nestjs/common';
import { RoostException, type Room } from 'nestjs-roost';
import { hasAccount } from '../accounts/accounts.js';
import type { ChannelSettings } from '../channels/channel.contract.js';
import { Channels } from '../channels/channels.js';
import type { ChatContract, ChatMessage } from '../chat/chat.contract.js';
import type { Person } from '../people/person.js';
import { Timeouts } from './timeouts.js';

/** With unique mode a text may not come again among so many messages, or within so many milliseconds. */
const UNIQUE = { messages: 50, ms: 30_000 };

/** Who may write what in a channel, and when. Owners and moderators may always. */
@Injectable()
export class Manners {
  constructor(
    private readonly channels: Channels,
    private readonly timeouts: Timeouts,
  ) {}

  /**
   * Looks at the channel's own log, so that it holds whichever node somebody writes by.
   *
   * @throws {RoostException} in words, with the time to wait where it is one
   */
  async check(room: Room<ChatContract>, channel: string, person: Person, text: string): Promise<void> {
    const badge = this.channels.badgeOf(channel, person);
    if (badge === 'owner' || badge === 'moderator') return;
    const { settings } = this.channels.get(channel);
    const until = this.timeouts.of(channel, person.id);
    if (until !== undefined) throw tooSoon('A moderator has timed you out.', until - Date.now());
    if (settings.membersOnly && !hasAccount(person)) {
      throw new RoostException('FORBIDDEN', 'Only people with an account may write here: sign in.');
    }
    await this.#checkLog(room, settings, person, text);
  }

  async #checkLog(room: Room<ChatContract>, { slowMode, uniqueMode }: ChannelSettings, person: Person, text: string) {
    if (slowMode === 0 && !uniqueMode) return;
    const now = Date.now();
    const { messages } = await room.history({ limit: slowMode > 0 ? 500 : UNIQUE.messages * 2 });
    const said = messages.filter(({ event }) => event === 'say').toReversed();
    const own = said.find(({ data }) => (data as ChatMessage).author.id === person.id);
    const wait = own === undefined ? 0 : own.ts + slowMode * 1_000 - now;
    if (slowMode > 0 && wait > 0) throw tooSoon('Slow mode: not so fast.', wait);
    if (!uniqueMode) return;
    const folded = fold(text);
    const again = said.some(
      ({ data, ts }, index) =>
        (index < UNIQUE.messages || now - ts < UNIQUE.ms) && fold((data as ChatMessage).text) === folded,
    );
    if (again)
      throw new RoostException('FORBIDDEN', 'Somebody has said just that a moment ago: here no text comes twice.');
  }
}

function tooSoon(message: string, retryAfter: number): RoostException {
  const ms = Math.max(1, Math.ceil(retryAfter));
  return new RoostException('RATE_LIMITED', message, { retryAfter: ms });
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}
