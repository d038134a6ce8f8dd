import { UseGuards } from '@nestjs/common';
import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, CurrentSession, OnMessage, Room, RoomParam, RoostException, Session } from 'nestjs-roost';
import { Accounts } from '../accounts/accounts.js';
import type { ChannelSettings } from '../channels/channel.contract.js';
import { Channels } from '../channels/channels.js';
import type { ChatContract, ChatMessage, Moderated } from '../chat/chat.contract.js';
import type { Person } from '../people/person.js';
import { AppointDto, BanDto, RemoveDto, SettingsDto, TimeOutDto, UnbanDto } from './moderation.dto.js';
import { For, ModeratorsGuard } from './moderators.guard.js';
import { Timeouts } from './timeouts.js';

/** What the owner and the moderators of a channel can do, as handlers of its room. */
export abstract class Moderation {
  constructor(
    protected readonly channels: Channels,
    protected readonly timeouts: Timeouts,
    protected readonly accounts: Accounts,
  ) {}

  /** One's own message, or as a moderator anybody's. */
  @OnMessage('remove')
  async remove(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
    @MessageBody() { offset }: RemoveDto,
  ): Promise<void> {
    const [message] = (await room.history({ since: offset - 1, limit: 1 })).messages;
    if (message?.offset !== offset || message.event !== 'say') throw gone();
    const badge = this.channels.badgeOf(channel, session.user);
    const own = (message.data as ChatMessage).author.id === session.user.id;
    if (!own && badge !== 'owner' && badge !== 'moderator') {
      throw new RoostException('FORBIDDEN', 'That is somebody else’s message.');
    }
    if (!(await room.retract(offset))) throw gone();
  }

  @OnMessage('timeOut')
  @UseGuards(ModeratorsGuard)
  @For('owner', 'moderator')
  async timeOut(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
    @MessageBody() { user, seconds, reason }: TimeOutDto,
  ): Promise<void> {
    const whom = this.#subject(room, channel, session.user, user);
    this.timeouts.begin(channel, user, Date.now() + seconds * 1_000);
    await this.#tell(room, session, { action: 'timedOut', user: whom, seconds, reason });
  }

  @OnMessage('ban')
  @UseGuards(ModeratorsGuard)
  @For('owner', 'moderator')
  async ban(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
    @MessageBody() { user, reason }: BanDto,
  ): Promise<void> {
    const whom = this.#subject(room, channel, session.user, user);
    await room.ban(whom, reason === undefined ? {} : { reason });
    this.channels.dismiss(channel, user);
    await this.#tell(room, session, { action: 'banned', user: whom, reason });
  }

  @OnMessage('unban')
  @UseGuards(ModeratorsGuard)
  @For('owner', 'moderator')
  async unban(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @MessageBody() { user }: UnbanDto,
  ): Promise<void> {
    const ban = (await room.banned()).find((one) => one.user.id === user);
    if (ban === undefined || !(await room.unban(user))) {
      throw new RoostException('FORBIDDEN', 'Nobody of that name is banned.');
    }
    await this.#tell(room, session, { action: 'unbanned', user: named(ban.user) });
  }

  @OnMessage('appoint')
  @UseGuards(ModeratorsGuard)
  @For('owner')
  async appoint(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
    @MessageBody() { user, moderator }: AppointDto,
  ): Promise<void> {
    const account = this.accounts.byId(user);
    if (account === undefined) throw new RoostException('FORBIDDEN', 'Only people with an account can be moderators.');
    if (user === session.user.id) throw new RoostException('FORBIDDEN', 'It is your channel already.');
    if (moderator) this.channels.appoint(channel, user);
    else this.channels.dismiss(channel, user);
    await this.#tell(room, session, { action: moderator ? 'appointed' : 'dismissed', user: account });
  }

  @OnMessage('set')
  @UseGuards(ModeratorsGuard)
  @For('owner', 'moderator')
  async set(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @RoomParam('channel') channel: string,
    @MessageBody() { slowMode, uniqueMode, membersOnly }: SettingsDto,
  ): Promise<ChannelSettings> {
    const { settings: before } = this.channels.get(channel);
    const settings: ChannelSettings = {
      slowMode: slowMode ?? before.slowMode,
      uniqueMode: uniqueMode ?? before.uniqueMode,
      membersOnly: membersOnly ?? before.membersOnly,
    };
    this.channels.change(channel, settings);
    await room.broadcast('settings', { ...settings, by: session.user.name }, { from: session });
    return settings;
  }

  /** Whom something is done to: somebody of a lower rank. */
  #subject(room: Room<ChatContract>, channel: string, by: Person, user: string): { id: string; name: string } {
    if (user === by.id) throw new RoostException('FORBIDDEN', 'You cannot do that to yourself.');
    const badge = this.channels.badgeOf(channel, { id: user });
    const isOwner = this.channels.badgeOf(channel, by) === 'owner';
    if (badge === 'owner' || (badge === 'moderator' && !isOwner)) {
      throw new RoostException('FORBIDDEN', 'That is for those above them to do.');
    }
    const here = room.members.find((member) => member.user?.id === user)?.user;
    return named(here ?? this.accounts.byId(user) ?? { id: user });
  }

  async #tell(
    room: Room<ChatContract>,
    session: Session<Person>,
    { action, user, seconds, reason }: Omit<Moderated, 'by' | 'reason'> & { readonly reason?: string | undefined },
  ): Promise<void> {
    const by = session.user.name;
    const moderated: Moderated = {
      action,
      user: { id: user.id, name: user.name },
      by,
      ...(seconds !== undefined && { seconds }),
      ...(reason !== undefined && { reason }),
    };
    await room.broadcast('moderated', moderated, { from: session });
  }
}

function named({ id, name }: { readonly id: string; readonly name?: string | undefined }): {
  id: string;
  name: string;
} {
  return { id, name: name ?? 'Somebody' };
}

function gone(): RoostException {
  return new RoostException('FORBIDDEN', 'There is no such message any more.');
}
