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
    return { topic: topicOf(channel), you: youOf(session) };
  }

  @OnMessage('say')
  say(
    @CurrentRoom() room: Room<ChatContract>,
    @CurrentSession() session: Session<Person>,
    @MessageBody() { text }: SayDto,
  ) {
    return room.broadcast('say', { from: session.user.name, text }, { from: session });
  }
}
