import { Injectable } from '@nestjs/common';
import { RoostException, type Room } from 'nestjs-roost';
import { hasAccount } from '../accounts/account-id.js';
import { Channels } from '../channels/channels.js';
import type { ChatContract } from '../chat/chat.contract.js';
import type { Person } from '../people/person.js';
import { SlowMode } from './slow-mode.js';
import { Timeouts } from './timeouts.js';
import { UniqueMode } from './unique-mode.js';

/** Who may write what in a channel, and when. Owners and moderators may always. */
@Injectable()
export class Manners {
  constructor(
    private readonly channels: Channels,
    private readonly timeouts: Timeouts,
    private readonly slowMode: SlowMode,
    private readonly uniqueMode: UniqueMode,
  ) {}

  /** Why somebody may not write now, whatever it is; nothing where they may. */
  refusal(channel: string, person: Person): RoostException | undefined {
    if (this.#mayAlways(channel, person)) return undefined;
    const until = this.timeouts.of(channel, person.id);
    if (until !== undefined) {
      const retryAfter = Math.max(1, until - Date.now());
      return new RoostException('RATE_LIMITED', 'A moderator has timed you out.', { retryAfter });
    }
    if (!this.channels.get(channel).settings.membersOnly || hasAccount(person)) return undefined;
    return new RoostException('FORBIDDEN', 'Only people with an account may write here: sign in.');
  }

  /**
   * Has somebody say something, where they may.
   *
   * @throws {RoostException} in words, with the time to wait where it is one
   */
  async say<T>(room: Room<ChatContract>, person: Person, text: string, say: () => Promise<T>): Promise<T> {
    const channel = room.params['channel'] ?? '';
    const refusal = this.refusal(channel, person);
    if (refusal !== undefined) throw refusal;
    const { slowMode, uniqueMode } = this.channels.get(channel).settings;
    if (this.#mayAlways(channel, person)) return say();
    const sayInTime = (): Promise<T> => {
      if (slowMode > 0) this.slowMode.take(channel, person.id, slowMode);
      return say();
    };
    return uniqueMode ? this.uniqueMode.say(room, text, sayInTime) : sayInTime();
  }

  #mayAlways(channel: string, person: Person): boolean {
    const badge = this.channels.badgeOf(channel, person);
    return badge === 'owner' || badge === 'moderator';
  }
}
