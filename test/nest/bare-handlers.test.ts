import { describe, expect, it } from '@jest/globals';
import { createParamDecorator, UseGuards, ValidationPipe, type CanActivate } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsString } from 'class-validator';
import {
  CurrentRoom,
  CurrentSession,
  OnMessage,
  Room,
  RoomGateway,
  RoomParam,
  RoostContext,
  Session,
} from 'nestjs-roost';
import { concat, NEVER, of } from 'rxjs';
import { WebSocket } from 'ws';
import { useScene } from './support/scene.js';

const scene = useScene();

const EventName = createParamDecorator((prefix: string, host) => `${prefix}${RoostContext.of(host).event}`);
const HandlerName = createParamDecorator((_data: unknown, context) =>
  Promise.resolve(`${context.getClass().name}.${context.getHandler().name}`),
);

@RoomGateway('room/:id')
class Bare {
  readonly greeting = 'hello';

  @OnMessage('all')
  all(
    @RoomParam('id') id: string,
    @CurrentRoom() room: Room,
    @CurrentSession() session: Session,
    @MessageBody() body: unknown,
    @MessageBody('text') text: unknown,
    @ConnectedSocket() socket: unknown,
    @EventName('event ') event: string,
    @HandlerName() handler: string,
  ) {
    const kinds = [room instanceof Room, session instanceof Session, socket instanceof WebSocket];
    return { id, kinds, body, text, event, handler, self: this.greeting };
  }

  @OnMessage('throws')
  throws() {
    throw new Error('secret');
  }

  @OnMessage('promised')
  async promised() {
    return Promise.resolve(concat(of('first'), NEVER));
  }

  @SubscribeMessage('plain')
  plain(@MessageBody() body: unknown) {
    return { body };
  }
}

class TextDto {
  @IsString()
  text!: string;
}

describe('a handler without guards, pipes and interceptors', () => {
  it('is given what its parameters ask for, promises of it included', async () => {
    await scene.start({ providers: [Bare] });
    const client = await scene.member('room/1');
    expect(await client.request({ event: 'all', room: 'room/1', data: { text: 'hi' } })).toEqual({
      op: 'ack',
      id: 2,
      data: {
        id: '1',
        kinds: [true, true, true],
        body: { text: 'hi' },
        text: 'hi',
        event: 'event all',
        handler: 'Bare.all',
        self: 'hello',
      },
    });
    expect(await client.request({ event: 'plain', data: 7 })).toEqual({ op: 'ack', id: 3, data: { body: 7 } });
  });

  it('is refused as any other where it throws at once', async () => {
    await scene.start({ providers: [Bare] });
    const client = await scene.member('room/1');
    expect(await client.request({ event: 'throws', room: 'room/1' })).toMatchObject({ id: 2, code: 'INTERNAL' });
  });

  it('answers with the first value of an Observable that it promises, though more would come', async () => {
    await scene.start({ providers: [Bare] });
    const client = await scene.member('room/1');
    expect(await client.request({ event: 'promised', room: 'room/1' })).toEqual({ op: 'ack', id: 2, data: 'first' });
  });
});

describe('a handler beside one without guards, pipes and interceptors', () => {
  const no: CanActivate = { canActivate: () => false };

  @RoomGateway('room/:id')
  class Mixed {
    @OnMessage('bare')
    bare(@MessageBody() body: unknown) {
      return { body };
    }

    @OnMessage('guarded')
    @UseGuards(no)
    guarded() {}

    @OnMessage('piped')
    piped(@MessageBody(new ValidationPipe()) { text }: TextDto) {
      return text;
    }
  }

  it('keeps its own', async () => {
    await scene.start({ providers: [Mixed] });
    const client = await scene.member('room/1');
    expect(await client.request({ event: 'bare', room: 'room/1', data: 1 })).toMatchObject({ data: { body: 1 } });
    expect(await client.request({ event: 'guarded', room: 'room/1' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await client.request({ event: 'piped', room: 'room/1', data: { text: 1 } })).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});
