import { beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, Scope, UseGuards, UseInterceptors, ValidationPipe } from '@nestjs/common';
import type { CallHandler, CanActivate, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { IsString } from 'class-validator';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnLeave,
  OnMessage,
  OnResume,
  Room,
  RoomGateway,
  RoostContext,
  Session,
} from 'nestjs-roost';
import { Log } from './support/deferred.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
const room = 'room/1';
let made = 0;

beforeEach(() => {
  log.clear();
  made = 0;
});

class SayDto {
  @IsString()
  text!: string;
}

/** Made anew for each run of a handler. */
@Injectable({ scope: Scope.REQUEST })
class Run {
  readonly number = ++made;

  constructor(@Inject(REQUEST) readonly context: RoostContext) {}
}

@Injectable()
class RunGuard implements CanActivate {
  constructor(@Inject(Run) private readonly run: Run) {}

  canActivate(context: ExecutionContext): boolean {
    const { event } = RoostContext.of(context);
    log.add(`guard of ${event} in run of ${this.run.context.event}`);
    return event !== 'forbidden';
  }
}

@Injectable()
class RunInterceptor implements NestInterceptor {
  constructor(@Inject(Run) private readonly run: Run) {}

  intercept(_context: ExecutionContext, next: CallHandler) {
    log.add(`interceptor ${this.run.number}`);
    return next.handle();
  }
}

@UseGuards(RunGuard)
@RoomGateway('room/:id')
class ScopedGateway {
  constructor(@Inject(Run) private readonly run: Run) {}

  @OnJoin()
  join() {
    return this.run.number;
  }

  @OnMessage('say')
  say(@CurrentRoom() its: Room, @CurrentSession() session: Session, @MessageBody() message: SayDto) {
    const { context } = this.run;
    return { text: message.text, same: context.session === session && context.room?.name === its.name };
  }

  @UseInterceptors(RunInterceptor)
  @OnMessage('number')
  number() {
    return this.run.number;
  }

  @OnMessage('forbidden')
  forbidden() {}

  @OnResume()
  resume() {
    log.add(`resume of ${this.run.context.session.id}`);
  }

  @OnLeave()
  leave() {
    log.add(`leave of ${this.run.context.session.id}`);
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return { data, event: this.run.context.event };
  }

  onSessionOpen(session: Session) {
    log.add(`open ${session.id} ${this.run !== undefined}`);
  }

  onSessionEnd(session: Session, reason: string) {
    log.add(`end ${session.id} ${reason} ${this.run !== undefined}`);
  }
}

describe('hard case 23: a request-scoped gateway', () => {
  beforeEach(async () => {
    await scene.start({
      providers: [ScopedGateway, Run],
      prepare: (app) => app.useGlobalPipes(new ValidationPipe()),
    });
  });

  it('is made for each run, with the context as its request', async () => {
    const client = await scene.session();
    const joined = await client.request({ op: 'join', room });
    expect(joined).toMatchObject({ op: 'joined' });
    const first = await client.request({ event: 'number', room });
    const second = await client.request({ event: 'number', room });
    expect(second['data']).toBeGreaterThan(first['data']);
    expect(await client.request({ event: 'say', room, data: { text: 'hi' } })).toMatchObject({
      data: { text: 'hi', same: true },
    });
    expect(await client.request({ event: 'say', room, data: {} })).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await client.request({ event: 'forbidden', room })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await client.request({ event: 'echo', data: 1 })).toMatchObject({ data: 1 });
  });

  it('shares its scope with its guards and interceptors', async () => {
    const client = await scene.member(room);
    log.clear();
    const { data } = await client.request({ event: 'number', room });
    expect(log.lines).toEqual(['guard of number in run of number', `interceptor ${data}`]);
  });

  it('resumes and leaves', async () => {
    const client = await scene.member(room);
    const { id } = client.welcome['session'];
    const back = await scene.comeBack(client, { [room]: { epoch: 'any', offset: 0 } });
    expect(back.welcome['rooms']).toHaveProperty([room]);
    await log.has(`resume of ${id}`);
    await back.request({ op: 'leave', room });
    await log.has(`leave of ${id}`);
  });

  it('hears of sessions', async () => {
    const client = await scene.session();
    const { id } = client.welcome['session'];
    await log.has(`open ${id} true`);
    await client.close();
    await log.has(`end ${id} closed true`);
  });

  it('serves many at once, each with its own', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => scene.member(room)));
    const numbers = await Promise.all(clients.map((client) => client.request({ event: 'number', room })));
    expect(new Set(numbers.map(({ data }) => data as number)).size).toBe(4);
  });
});

it('a gateway that is request-scoped itself works', async () => {
  @WebSocketGateway({ path: '/ws' })
  class Ordinary {
    @SubscribeMessage('ordinary')
    ordinary() {
      return 'yes';
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  @RoomGateway('room/:id')
  class Gateway {
    readonly number = ++made;

    @OnMessage('number')
    number_() {
      return this.number;
    }
  }
  @Module({ providers: [Gateway, Ordinary] })
  class Feature {}

  await scene.start({ imports: [Feature] });
  const client = await scene.member(room);
  const answers = [await client.request({ event: 'number', room }), await client.request({ event: 'number', room })];
  expect(answers[0]!['data']).toBeLessThan(answers[1]!['data']);
  expect(await client.request({ event: 'ordinary' })).toMatchObject({ data: 'yes' });
});
