import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, OnMessage, Room, RoomGateway } from 'nestjs-roost';
import { SayDto } from '../chat/say.dto.js';
import type { CompareContract } from './compare.contract.js';

/** The WebSocket: who has joined the room is told what is said there, and can say something. */
@RoomGateway('compare/:channel', { history: { size: 1_000, ttl: 60_000 }, presence: 'off' })
export class CompareGateway {
  @OnMessage('say')
  say(@CurrentRoom() room: Room<CompareContract>, @MessageBody() { text }: SayDto) {
    return room.broadcast('say', { from: 'You', text });
  }
}
