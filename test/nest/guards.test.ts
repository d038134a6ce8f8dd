import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  ForbiddenException,
  Inject,
  Injectable,
  Scope,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, REQUEST } from '@nestjs/core';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import {
  CurrentRoom,
  OnJoin,
  OnLeave,
  OnMessage,
  OnResume,
  Room,
  RoomGateway,
  RoostContext,
  RoostException,
} from 'nestjs-roost';
import { deferred, type Deferred } from './support/deferred.js';
import { guardLevels, type Level } from './support/levels.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const denied = new Set<string>();
const ran: string[] = [];
/** Settles when the leave handler runs. */
let left: Deferred<string>;

beforeEach(() => {
  denied.clear();
  ran.length = 0;
  left = deferred();
});

@Injectable()
class EventGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return !denied.has(RoostContext.of(context).event);
  }
}

function gatewayAt({ onMethod, onClass }: Level) {
  @onClass
  @RoomGateway('room/:id')
  class Gateway {
    @onMethod
    @OnJoin()
    join() {
      ran.push('join');
    }

    @onMethod
    @OnMessage('say')
    say() {
      ran.push('say');
      return 'said';
    }

    @onMethod
    @OnResume()
    resume() {
      ran.push('resume');
    }

    @onMethod
    @OnLeave()
    leave(@CurrentRoom() room: Room, @MessageBody() why: { reason: string }) {
      ran.push('leave');
      left.resolve(`${room.name} ${why.reason}`);
    }

    @onMethod
    @SubscribeMessage('echo')
    echo(@MessageBody() data: unknown) {
      return data;
    }
  }
  return Gateway;
}

const room = 'room/1';
const join = { op: 'join', room };

describe.each(guardLevels(EventGuard))('hard case 19: a guard by $name', (level) => {
  beforeEach(async () => {
    await scene.start({ providers: [gatewayAt(level), ...level.providers], prepare: level.prepare });
  });

  it('lets through what it allows', async () => {
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'ack', data: 'said' });
    expect(await client.request({ event: 'echo', data: 5 })).toMatchObject({ op: 'ack', data: 5 });
    expect(ran).toEqual(['join', 'say']);
  });

  it("refuses a join with FORBIDDEN and the request's id", async () => {
    denied.add('join');
    const client = await scene.session();
    const id = client.id();
    client.send({ ...join, id });
    expect(await client.answer(id)).toEqual({ op: 'error', id, code: 'FORBIDDEN', message: 'Forbidden resource' });
    expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'error', code: 'NOT_JOINED' });
    expect(ran).toEqual([]);
  });

  it("refuses a message with FORBIDDEN and the request's id", async () => {
    denied.add('say');
    const client = await scene.member(room);
    const id = client.id();
    client.send({ event: 'say', room, id });
    expect(await client.answer(id)).toEqual({ op: 'error', id, code: 'FORBIDDEN', message: 'Forbidden resource' });
    expect(ran).toEqual(['join']);
  });

  it('refuses the room to a session that comes back', async () => {
    const client = await scene.member(room);
    denied.add('resume');
    const back = await scene.comeBack(client, { [room]: { epoch: 'any', offset: 0 } });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
    await back.expect({ op: 'left', room, reason: 'refused' });
    expect(await back.request({ event: 'say', room })).toMatchObject({ code: 'NOT_JOINED' });
    expect(ran).toEqual(['join', 'leave']);
  });

  it('is not asked about leaving', async () => {
    const client = await scene.member(room);
    denied.add('leave');
    await client.request({ op: 'leave', room });
    expect(await left.promise).toBe(`${room} left`);
  });

  it('refuses an ordinary message of a session with the id', async () => {
    denied.add('echo');
    const client = await scene.session();
    expect(await client.request({ event: 'echo', data: 1 })).toMatchObject({ op: 'error', code: 'FORBIDDEN' });
  });
});

describe('what a guard throws', () => {
  const thrown = new Map<string, Error>([
    ['FORBIDDEN', new ForbiddenException('members of the club only')],
    ['UNAUTHENTICATED', new UnauthorizedException('who are you?')],
    ['RATE_LIMITED', new RoostException('RATE_LIMITED', 'slower', { retryAfter: 5 })],
    ['INTERNAL', new Error('the password is 1234')],
  ]);

  it.each([...thrown])('is told as %s', async (code, error) => {
    @Injectable()
    class ThrowingGuard implements CanActivate {
      async canActivate(): Promise<boolean> {
        return Promise.reject(error);
      }
    }
    @RoomGateway('room/:id')
    class Gateway {
      @UseGuards(ThrowingGuard)
      @OnJoin()
      join() {}
    }
    await scene.start({ providers: [Gateway] });
    const client = await scene.session();
    const answer = await client.request(join);
    expect(answer).toMatchObject({ op: 'error', code });
    expect(answer['message']).toBe(code === 'INTERNAL' ? 'something went wrong' : error.message);
    expect(answer['retryAfter']).toBe(code === 'RATE_LIMITED' ? 5 : undefined);
  });
});

it('a guard sees session, room, parameters, event, data, class and metadata', async () => {
  const seen: unknown[] = [];
  @Injectable()
  class LookingGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const { session, room: its, params, event, data } = RoostContext.of(context);
      const ws = context.switchToWs();
      seen.push({
        rooms: session.rooms,
        room: its?.name,
        params,
        event,
        data,
        type: context.getType(),
        class: context.getClass().name,
        handler: context.getHandler().name,
        role: Reflect.getMetadata('role', context.getHandler()),
        client: typeof ws.getClient<{ send: unknown }>().send,
        body: ws.getData(),
        pattern: ws.getPattern(),
      });
      return true;
    }
  }
  @RoomGateway('room/:id')
  class Gateway {
    @UseGuards(LookingGuard)
    @SetMetadata('role', 'writer')
    @OnMessage('say')
    say() {}
  }
  await scene.start({ providers: [Gateway] });
  const client = await scene.member('room/7');
  await client.request({ event: 'say', room: 'room/7', data: { text: 'hi' } });
  expect(seen).toEqual([
    {
      rooms: ['room/7'],
      room: 'room/7',
      params: { id: '7' },
      event: 'say',
      data: { text: 'hi' },
      type: 'ws',
      class: 'Gateway',
      handler: 'say',
      role: 'writer',
      client: 'function',
      body: { text: 'hi' },
      pattern: 'say',
    },
  ]);
});

it('a request-scoped APP_GUARD with dependencies is made for each run of a static gateway', async () => {
  let made = 0;
  const numbers = new Set<number>();
  @Injectable({ scope: Scope.REQUEST })
  class ScopedGuard implements CanActivate {
    readonly number = ++made;

    constructor(@Inject(REQUEST) private readonly request: RoostContext) {}

    canActivate(context: ExecutionContext): boolean {
      ran.push(this.request.event);
      numbers.add(this.number);
      return this.request === RoostContext.of(context) && this.request.event !== 'forbidden';
    }
  }
  @RoomGateway('room/:id')
  class Gateway {
    @OnMessage('forbidden')
    forbidden() {}

    @OnMessage('say')
    say() {}
  }
  await scene.start({
    providers: [Gateway, { provide: APP_GUARD, useClass: ScopedGuard, scope: Scope.REQUEST }],
  });
  const client = await scene.session();
  expect(await client.request({ ...join, room })).toMatchObject({ op: 'joined' });
  expect(await client.request({ event: 'forbidden', room })).toMatchObject({ code: 'FORBIDDEN' });
  expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'ack' });
  expect(ran).toEqual(['forbidden', 'say']);
  expect(numbers.size).toBe(2);
});
