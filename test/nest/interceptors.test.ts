import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { OnJoin, OnLeave, OnMessage, OnResume, RoomGateway, RoostContext } from 'nestjs-roost';
import { catchError, EMPTY, map, of, tap, type Observable } from 'rxjs';
import { Log } from './support/deferred.js';
import { interceptorLevels, type Level } from './support/levels.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
const room = 'room/1';

beforeEach(() => log.clear());

@Injectable()
class WrappingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { event } = RoostContext.of(context);
    log.add(`before ${event}`);
    return next.handle().pipe(
      tap(() => log.add(`after ${event}`)),
      map((data: unknown) => ({ wrapped: data })),
    );
  }
}

function gatewayAt({ onMethod, onClass }: Level) {
  @onClass
  @RoomGateway('room/:id')
  class Gateway {
    @onMethod
    @OnJoin()
    async join() {
      log.add('join');
      return Promise.resolve('topic');
    }

    @onMethod
    @OnMessage('say')
    say() {
      log.add('say');
      return of('said', 'said again');
    }

    @onMethod
    @OnResume()
    resume() {
      log.add('resume');
    }

    @onMethod
    @OnLeave()
    leave() {
      log.add('leave');
    }

    @onMethod
    @SubscribeMessage('echo')
    echo(@MessageBody() data: unknown) {
      log.add('echo');
      return data;
    }
  }
  return Gateway;
}

it.each(interceptorLevels(WrappingInterceptor))('an interceptor by $name wraps every handler', async (level) => {
  await scene.start({ providers: [gatewayAt(level), ...level.providers], prepare: level.prepare });
  let client = await scene.session();
  const joined = await client.request({ op: 'join', room });
  expect(joined).toMatchObject({ op: 'joined', data: { wrapped: 'topic' } });
  expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'ack', data: { wrapped: 'said' } });
  expect(await client.request({ event: 'echo', data: 1 })).toMatchObject({ op: 'ack', data: { wrapped: 1 } });
  client = await scene.comeBack(client, { [room]: { epoch: joined['epoch'], offset: 0 } });
  expect(client.welcome).toMatchObject({ resumed: true, rooms: { [room]: { recovered: true } } });
  await client.request({ op: 'leave', room });
  await log.has('after leave');
  const expected = ['join', 'say', 'echo', 'resume', 'leave'];
  expect(log.lines).toEqual(expected.flatMap((name) => [`before ${name}`, name, `after ${name}`]));
});

describe('hard case 19: an interceptor', () => {
  function answering(intercept: (next: CallHandler) => Observable<unknown> | Promise<Observable<unknown>>) {
    @Injectable()
    class Interceptor implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler) {
        return intercept(next);
      }
    }
    @RoomGateway('room/:id')
    class Gateway {
      @UseInterceptors(Interceptor)
      @OnMessage('say')
      say() {
        log.add('say');
        throw new Error('broken');
      }
    }
    return scene.start({ providers: [Gateway] });
  }

  it('may answer instead of the handler', async () => {
    await answering(() => of('cached'));
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'ack', data: 'cached' });
    expect(log.lines).toEqual([]);
  });

  it('that lets nothing through answers nothing', async () => {
    await answering(async () => Promise.resolve(EMPTY));
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toEqual({ op: 'ack', id: 2 });
  });

  it('may catch what a handler throws', async () => {
    await answering((next) => next.handle().pipe(catchError((error: Error) => of(`caught ${error.message}`))));
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'ack', data: 'caught broken' });
  });

  it('that throws is answered INTERNAL without its words', async () => {
    await answering(() => {
      throw new Error('secret');
    });
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toEqual({
      op: 'error',
      id: 2,
      code: 'INTERNAL',
      message: 'something went wrong',
    });
  });
});
