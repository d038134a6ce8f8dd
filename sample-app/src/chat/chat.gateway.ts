import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, CurrentSession, OnJoin, OnMessage, Room, RoomGateway, RoomParam, Session } from 'nestjs-roost';
import type { Person } from '../people/nickname.authenticator.js';
import { youOf } from '../people/you.js';
import { ChannelPipe, topicOf } from './channels.js';
import type { ChatContract, Welcome } from './chat.contract.js';
import { SayDto } from './say.dto.js';

@RoomGateway('chat/:channel', { history: { size: 500, ttl: 60 * 60_000 }, presence: 'list' })
export class ChatGateway {
  @OnJoin()
  join(@RoomParam('channel', ChannelPipe) channel: string, @CurrentSession() session: Session<Person>): Welcome {
    return {
      topic: topicOf(channel),
      you: { ...youOf(session), user: session.user.id, badge: 'guest' },
      settings: { slowMode: 0, uniqueMode: false, membersOnly: false },
    };
  }

  @OnMessage('say')
  say(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @MessageBody() { text }: SayDto,
  ) {
    const { id, name } = session.user;
    return room.broadcast('say', { author: { id, name, badge: 'guest' }, text, mentions: [] }, { from: session });
  }

  @OnMessage('typing')
  async typing(@CurrentRoom() room: Room<ChatContract>, @CurrentSession() session: Session<Person>): Promise<void> {
    const { id, user } = session;
    await room.broadcast('typing', { id, name: user.name }, { ephemeral: true, except: session });
  }
}
