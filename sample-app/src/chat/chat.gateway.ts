import { MessageBody } from '@nestjs/websockets';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnMessage,
  RateLimit,
  Room,
  RoomGateway,
  RoomParam,
  Session,
} from 'nestjs-roost';
import { Accounts } from '../accounts/accounts.js';
import { Channels } from '../channels/channels.js';
import { Manners } from '../moderation/manners.js';
import { Moderation } from '../moderation/moderation.js';
import { Timeouts } from '../moderation/timeouts.js';
import { Whom } from '../moderation/whom.js';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import { ChannelPipe } from './channels.js';
import type { ChatContract, Welcome } from './chat.contract.js';
import { Mentions } from './mentions.js';
import { SayDto } from './say.dto.js';

@RoomGateway('chat/:channel', { history: { size: 500, ttl: 60 * 60_000 }, presence: 'list' })
export class ChatGateway extends Moderation {
  constructor(
    channels: Channels,
    timeouts: Timeouts,
    accounts: Accounts,
    whom: Whom,
    private readonly manners: Manners,
    private readonly mentions: Mentions,
  ) {
    super(channels, timeouts, accounts, whom);
  }

  @OnJoin()
  join(@RoomParam('channel', ChannelPipe) channel: string, @CurrentSession() session: Session<Person>): Welcome {
    const { topic, settings, owner } = this.channels.get(channel);
    const badge = this.channels.badgeOf(channel, session.user);
    const timedOutUntil = this.timeouts.of(channel, session.user.id);
    return {
      topic,
      settings,
      staff: this.channels.staff(channel),
      ...(owner && { owner: owner.name }),
      you: {
        ...youOf(session),
        user: session.user.id,
        ...(badge && { badge }),
        ...(timedOutUntil !== undefined && { timedOutUntil }),
      },
    };
  }

  @OnMessage('say')
  async say(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
    @MessageBody() { text }: SayDto,
  ) {
    const { id, name } = session.user;
    const badge = this.channels.badgeOf(channel, session.user);
    const message = { author: { id, name, ...(badge && { badge }) }, text, mentions: this.mentions.of(room, text) };
    return this.manners.say(room, session.user, text, () => room.broadcast('say', message, { from: session }));
  }

  @OnMessage('typing')
  @RateLimit({ perSecond: 2 })
  async typing(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
  ): Promise<void> {
    const { id, user } = session;
    if (this.manners.refusal(channel, user) !== undefined) return;
    await room.broadcast('typing', { id, name: user.name }, { ephemeral: true, except: session });
  }
}
