import { describe, expect, it } from '@jest/globals';
import { Injectable, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  CurrentRoom,
  OnJoin,
  OnLeave,
  OnMessage,
  Room,
  RoomGateway,
  RoomParam,
  Rooms,
  RoostModule,
} from 'nestjs-roost';
import { startApp, type TestAppOptions } from '../support/app.js';
import { useScene } from './support/scene.js';

const scene = useScene();

async function refusedAtBoot(options: TestAppOptions): Promise<string> {
  let message: string | undefined;
  try {
    const app = await startApp(options);
    await app.close();
  } catch (error) {
    message = (error as Error).message;
  }
  if (message === undefined) throw new Error('the app has started');
  return message;
}

describe('several gateways', () => {
  @RoomGateway('chat/:channel')
  class ChatGateway {
    @OnJoin()
    join(@RoomParam('channel') channel: string) {
      return `chat ${channel}`;
    }

    @OnMessage('say')
    say() {
      return 'chat';
    }
  }
  @RoomGateway('chat/lobby')
  class LobbyGateway {
    @OnJoin()
    join() {
      return 'lobby';
    }

    @OnMessage('ring')
    ring() {
      return 'lobby';
    }
  }
  @RoomGateway('game/:game/:seat')
  class GameGateway {
    @OnMessage('say')
    say(@RoomParam('seat') seat: string, @RoomParam('game') game: string) {
      return `${game} ${seat}`;
    }
  }

  it('serve the rooms of their patterns, static segments before parameters', async () => {
    await scene.start({ providers: [ChatGateway, LobbyGateway, GameGateway] });
    const client = await scene.session();
    expect(await client.request({ op: 'join', room: 'chat/general' })).toMatchObject({ data: 'chat general' });
    expect(await client.request({ op: 'join', room: 'chat/lobby' })).toMatchObject({ data: 'lobby' });
    expect(await client.request({ op: 'join', room: 'game/go/2' })).toMatchObject({ op: 'joined' });
    expect(await client.request({ event: 'say', room: 'chat/general' })).toMatchObject({ data: 'chat' });
    expect(await client.request({ event: 'say', room: 'game/go/2' })).toMatchObject({ data: 'go 2' });
    expect(await client.request({ event: 'say', room: 'chat/lobby' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
    expect(await client.request({ event: 'ring', room: 'chat/lobby' })).toMatchObject({ data: 'lobby' });
  });

  it.each(['chat', 'chat/a/b', 'game/go', 'other', 'chat/', '/chat/a', ''])('serve no room "%s"', async (room) => {
    await scene.start({ providers: [ChatGateway, LobbyGateway, GameGateway] });
    const client = await scene.session();
    const { code } = await client.request({ op: 'join', room });
    expect(['ROOM_NOT_FOUND', 'BAD_FRAME']).toContain(code);
    expect(client.unread).toEqual([]);
  });
});

describe('inheritance', () => {
  @Injectable()
  class NoGuard implements CanActivate {
    canActivate() {
      return false;
    }
  }

  abstract class Base {
    protected abstract readonly greeting: string;

    @OnJoin()
    join(@CurrentRoom() room: Room) {
      return `${this.greeting} ${room.name}`;
    }

    @OnMessage('say')
    say(@MessageBody() text: string) {
      return `base ${text}`;
    }

    @OnMessage('shout')
    shout(@MessageBody() text: string) {
      return text.toUpperCase();
    }

    @UseGuards(NoGuard)
    @OnMessage('forbidden')
    forbidden() {}

    @SubscribeMessage('echo')
    echo(@MessageBody() text: string) {
      return `${this.greeting} ${text}`;
    }
  }
  @RoomGateway('a/:id')
  class First extends Base {
    protected readonly greeting = 'first';
  }
  @RoomGateway('b/:id')
  class Second extends Base {
    protected readonly greeting = 'second';

    @OnMessage('say')
    override say(@MessageBody() text: string) {
      return `second ${super.say(text)}`;
    }
  }

  it('gives gateways the handlers of their base class, which they may override', async () => {
    await scene.start({ providers: [First, Second] });
    const client = await scene.session();
    expect(await client.request({ op: 'join', room: 'a/1' })).toMatchObject({ data: 'first a/1' });
    expect(await client.request({ op: 'join', room: 'b/1' })).toMatchObject({ data: 'second b/1' });
    expect(await client.request({ event: 'say', room: 'a/1', data: 'x' })).toMatchObject({ data: 'base x' });
    expect(await client.request({ event: 'say', room: 'b/1', data: 'x' })).toMatchObject({ data: 'second base x' });
    expect(await client.request({ event: 'shout', room: 'b/1', data: 'x' })).toMatchObject({ data: 'X' });
    expect(await client.request({ event: 'forbidden', room: 'b/1' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await client.request({ event: 'echo', data: 'x' })).toMatchObject({ op: 'ack' });
  });
});

describe('at boot', () => {
  it('equal patterns are refused with the names of both gateways', async () => {
    @RoomGateway('chat/:channel')
    class ChatGateway {}
    @RoomGateway('chat/:room')
    class RoomsGateway {}
    const message = await refusedAtBoot({ providers: [ChatGateway, RoomsGateway] });
    expect(message).toMatch(/ChatGateway/);
    expect(message).toMatch(/RoomsGateway/);
    expect(message).toMatch(/chat\/:channel/);
    expect(message).toMatch(/chat\/:room/);
  });

  it.each(['', '/chat', 'chat/', 'chat//a', 'chat/:', 'chat/:a/:a', 'chat/:a-b'])(
    'the pattern "%s" is refused with the name of its gateway',
    async (pattern) => {
      @RoomGateway(pattern)
      class ChatGateway {}
      const message = await refusedAtBoot({ providers: [ChatGateway] });
      expect(message).toContain(`"${pattern}"`);
      expect(message).toMatch(/ChatGateway/);
    },
  );

  function gateway(decorate: (target: Type) => void): Type {
    class ChatGateway {
      handler(_first: unknown, _second: unknown) {}
      other() {}
    }
    decorate(ChatGateway);
    RoomGateway('chat/:channel')(ChatGateway);
    return ChatGateway;
  }
  const on = (decorator: MethodDecorator, target: Type, name = 'handler'): void => {
    const prototype = target.prototype as object;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
    decorator(prototype, name, descriptor);
  };

  it('a parameter without a decorator is refused with the mend', async () => {
    const ChatGateway = gateway((target) => {
      on(OnMessage('say'), target);
      MessageBody()(target.prototype as object, 'handler', 0);
    });
    const message = await refusedAtBoot({ providers: [ChatGateway] });
    expect(message).toMatch(/^ChatGateway\.handler: parameter 2 has no decorator/);
    expect(message).toMatch(/put @MessageBody\(\), .* before it/);
  });

  it('every parameter with a decorator is fine, @ConnectedSocket() too', async () => {
    const ChatGateway = gateway((target) => {
      on(OnMessage('say'), target);
      MessageBody()(target.prototype as object, 'handler', 1);
      ConnectedSocket()(target.prototype as object, 'handler', 0);
    });
    await scene.start({ providers: [ChatGateway] });
  });

  it('a parameter that the pattern does not have is refused', async () => {
    @RoomGateway('chat/:channel')
    class ChatGateway {
      @OnLeave()
      left(@RoomParam('chanel') _chanel: string) {}
    }
    expect(await refusedAtBoot({ providers: [ChatGateway] })).toBe(
      'ChatGateway.left: @RoomParam(\'chanel\') is not a parameter of the pattern "chat/:channel"',
    );
  });

  it('two handlers for one thing are refused', async () => {
    @RoomGateway('chat/:channel')
    class TwoJoins {
      @OnJoin()
      first() {}

      @OnJoin()
      second() {}
    }
    @RoomGateway('chat/:channel')
    class TwoMessages {
      @OnMessage('say')
      first() {}

      @OnMessage('say')
      second() {}
    }
    expect(await refusedAtBoot({ providers: [TwoJoins] })).toBe(
      'TwoJoins.second: there is another @OnJoin() in this gateway; keep one of them',
    );
    expect(await refusedAtBoot({ providers: [TwoMessages] })).toBe(
      "TwoMessages.second: there is another @OnMessage('say') in this gateway; keep one of them",
    );
  });

  it.each([
    [{ history: { size: -1 } }, 'history.size'],
    [{ history: { bytes: Number.NaN } }, 'history.bytes'],
    [{ history: { ttl: '1s' } }, 'history.ttl'],
    [{ history: true }, 'history'],
    [{ history: null }, 'history'],
    [{ presence: 'yes' }, 'presence'],
    [{ presenceLimit: 1.5 }, 'presenceLimit'],
    [{ histroy: {} }, 'histroy'],
    [{ history: { count: 5 } }, 'history.count'],
  ])('the option in @RoomGateway(pattern, %j) is refused by its name', async (options, name) => {
    @RoomGateway('chat/:channel', options as never)
    class ChatGateway {}
    const message = await refusedAtBoot({ providers: [ChatGateway] });
    expect(message).toContain('ChatGateway: @RoomGateway() option');
    expect(message).toContain(`\`${name}\``);
  });

  @RoomGateway('chat/:channel')
  class AnyGateway {}

  it('another adapter is refused with the mend', async () => {
    const message = await refusedAtBoot({
      providers: [AnyGateway],
      prepare: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
    expect(message).toMatch(
      /^AnyGateway: @RoomGateway\(\) needs Roost's adapter; remove the call of app\.useWebSocketAdapter/,
    );
  });

  it('another adapter is fine where no gateway has rooms', async () => {
    @WebSocketGateway({ path: '/plain' })
    class Plain {
      @SubscribeMessage('echo')
      echo(@MessageBody() data: unknown) {
        return { event: 'echo', data };
      }
    }
    const { port } = await scene.start({
      providers: [Plain],
      prepare: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
    const client = await scene.plain(`ws://127.0.0.1:${port}/plain`);
    client.send({ event: 'echo', data: 1 });
    await client.expect({ event: 'echo', data: 1 });
  });

  it('a second import of forRoot is refused', async () => {
    const message = await refusedAtBoot({ imports: [RoostModule.forRoot()], providers: [AnyGateway] });
    expect(message).toMatch(/RoostModule\.forRoot\(\) is imported twice; import it once/);
  });
});

it('a room is found by the name of any gateway, in any module', async () => {
  @RoomGateway('news/:topic')
  class NewsGateway {}
  class Feature {}
  const { app } = await scene.start({ imports: [{ module: Feature, providers: [NewsGateway] }] });
  expect(app.get(Rooms).get('news/sport').params).toEqual({ topic: 'sport' });
  expect(() => app.get(Rooms).get('olds/sport')).toThrow(expect.objectContaining({ code: 'ROOM_NOT_FOUND' }));
});
