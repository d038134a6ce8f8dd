import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidationPipe } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsString, Length } from 'class-validator';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnLeave,
  OnMessage,
  Room,
  RoomGateway,
  RoomParam,
  Rooms,
  Session,
} from 'nestjs-roost';
import { startApp, type TestApp } from '../support/app.js';
import { RawClient } from '../support/raw-client.js';

class SayDto {
  @IsString()
  @Length(1, 100)
  text!: string;
}

@RoomGateway('chat/:channel')
class ChatGateway {
  readonly log: string[] = [];

  @OnJoin()
  join(@RoomParam('channel') channel: string, @CurrentSession() session: Session) {
    this.log.push(`join ${channel} ${session.id}`);
    return { topic: channel };
  }

  @OnMessage('say')
  say(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() message: SayDto) {
    return room.broadcast('say', { from: session.id, text: message.text });
  }

  @OnLeave()
  left(@CurrentRoom() room: Room, @CurrentSession() session: Session) {
    this.log.push(`leave ${room.name} ${session.id}`);
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return { event: 'echo', data };
  }
}

describe('a chat', () => {
  let server: TestApp;

  beforeEach(async () => {
    server = await startApp({
      providers: [ChatGateway],
      prepare: (app) => app.useGlobalPipes(new ValidationPipe({ whitelist: true })),
    });
  });
  afterEach(() => server.close());

  it('lets two sessions talk to each other', async () => {
    const ann = await RawClient.session(server.url);
    const bob = await RawClient.session(server.url);
    expect(await ann.request({ op: 'join', room: 'chat/general' })).toMatchObject({
      op: 'joined',
      offset: 0,
      data: { topic: 'general' },
      presence: { count: 1 },
    });
    await bob.request({ op: 'join', room: 'chat/general' });
    const ack = await bob.request({ event: 'say', room: 'chat/general', data: { text: 'hi' } });
    expect(ack).toMatchObject({ op: 'ack', offset: 1, data: { offset: 1 } });
    const heard = await ann.find((frame) => frame['event'] === 'say', 'say');
    expect(heard).toMatchObject({
      room: 'chat/general',
      offset: 1,
      data: { from: bob.welcome['session'].id, text: 'hi' },
    });
    expect(await bob.find((frame) => frame['event'] === 'say', 'say')).toEqual(heard);
    await ann.close();
    await bob.close();
  });

  it('validates, answers plain clients as Nest does, and resumes', async () => {
    const ann = await RawClient.session(server.url);
    await ann.request({ op: 'join', room: 'chat/general' });
    expect(await ann.request({ event: 'say', room: 'chat/general', data: { text: '' } })).toMatchObject({
      op: 'error',
      code: 'VALIDATION_FAILED',
      details: [{ field: 'text' }],
    });
    expect(await ann.request({ event: 'echo', data: 5 })).toMatchObject({ op: 'ack', data: 5 });
    const stock = await RawClient.plain(server.url);
    stock.send({ event: 'echo', data: 'x' });
    await stock.expect({ event: 'echo', data: 'x' });
    await stock.close();
    await ann.cut();
    await server.app.get(Rooms).get('chat/general').broadcast('notice', 1);
    const back = await RawClient.session(server.url, {
      session: ann.welcome['session'].token,
      rooms: {
        'chat/general': { epoch: (await server.app.get(Rooms).get('chat/general').history()).epoch, offset: 0 },
      },
    });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: { 'chat/general': { offset: 0, recovered: true } } });
    expect(await back.find((frame) => frame['event'] === 'notice', 'notice')).toMatchObject({ offset: 1 });
    await back.close();
  });
});
