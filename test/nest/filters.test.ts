import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Catch,
  Inject,
  Injectable,
  NotFoundException,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { SubscribeMessage, WsException } from '@nestjs/websockets';
import { OnJoin, OnLeave, OnMessage, OnResume, RoomGateway, RoostContext, RoostException } from 'nestjs-roost';
import { throwError } from 'rxjs';
import { Log } from './support/deferred.js';
import { filterLevels, type Level } from './support/levels.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
const room = 'room/1';

class Missing extends Error {}

beforeEach(() => log.clear());

@Catch(Missing)
class MissingFilter implements ExceptionFilter<Missing> {
  catch(error: Missing, host: ArgumentsHost) {
    const { event, session } = RoostContext.of(host);
    log.add(`caught ${error.message} of ${event} in ${session.rooms.join()}`);
    return { code: 'ROOM_NOT_FOUND', message: `no ${error.message}`, details: { event } };
  }
}

function gatewayAt({ onMethod, onClass }: Level) {
  @onClass
  @RoomGateway('room/:id')
  class Gateway {
    @onMethod
    @OnJoin()
    join() {
      if (log.lines.includes('refuse')) throw new Missing('key');
    }

    @onMethod
    @OnMessage('say')
    async say() {
      return Promise.reject(new Missing('word'));
    }

    @onMethod
    @OnMessage('stream')
    stream() {
      return throwError(() => new Missing('value'));
    }

    @onMethod
    @OnResume()
    resume() {
      throw new Missing('ticket');
    }

    @onMethod
    @OnLeave()
    leave() {
      throw new Missing('goodbye');
    }

    @onMethod
    @SubscribeMessage('echo')
    echo() {
      throw new Missing('echo');
    }
  }
  return Gateway;
}

describe.each(filterLevels(MissingFilter))('hard case 19: a filter by $name', (level) => {
  beforeEach(async () => {
    await scene.start({ providers: [gatewayAt(level), ...level.providers], prepare: level.prepare });
  });

  it('says what is told of an error in a join', async () => {
    log.add('refuse');
    const client = await scene.session();
    expect(await client.request({ op: 'join', room })).toEqual({
      op: 'error',
      id: 1,
      code: 'ROOM_NOT_FOUND',
      message: 'no key',
      details: { event: 'join' },
    });
  });

  it('says what is told of an error in a message, its stream, and an ordinary handler', async () => {
    const client = await scene.member(room);
    const error = { op: 'error', code: 'ROOM_NOT_FOUND' };
    expect(await client.request({ event: 'say', room })).toMatchObject({ ...error, message: 'no word' });
    expect(await client.request({ event: 'stream', room })).toMatchObject({ ...error, message: 'no value' });
    expect(await client.request({ event: 'echo' })).toMatchObject({ ...error, message: 'no echo' });
    expect(log.lines[0]).toBe(`caught word of say in ${room}`);
  });

  it('sees errors in resume and leave', async () => {
    const client = await scene.member(room);
    const back = await scene.comeBack(client, { [room]: { epoch: 'any', offset: 0 } });
    await back.expect({ op: 'left', room, reason: 'refused' });
    await log.has('caught goodbye of leave in ');
    expect(log.lines).toEqual([`caught ticket of resume in ${room}`, 'caught goodbye of leave in ']);
  });
});

describe('what a filter says', () => {
  const original = new NotFoundException('no such thing');
  const cases: [says: string, answer: () => unknown, told: { code: string; message: string; details?: unknown }][] = [
    [
      'an error object',
      () => ({ code: 'UNAVAILABLE', message: 'later', details: 1 }),
      { code: 'UNAVAILABLE', message: 'later', details: 1 },
    ],
    [
      'a promise of an error object',
      () => Promise.resolve({ code: 'TOO_LARGE', message: 'big' }),
      { code: 'TOO_LARGE', message: 'big' },
    ],
    ['an exception', () => new BadRequestException('bad'), { code: 'VALIDATION_FAILED', message: 'bad' }],
    ['nothing', () => undefined, { code: 'FORBIDDEN', message: 'no such thing' }],
    ['something else', () => ({ event: 'exception', data: {} }), { code: 'FORBIDDEN', message: 'no such thing' }],
    [
      'a code that there is not',
      () => ({ code: 'OOPS', message: 'x' }),
      { code: 'FORBIDDEN', message: 'no such thing' },
    ],
  ];

  function filtering(answer: (host: ArgumentsHost) => unknown) {
    @Catch()
    class Filter implements ExceptionFilter {
      catch(_error: unknown, host: ArgumentsHost) {
        return answer(host);
      }
    }
    @UseFilters(new Filter())
    @RoomGateway('room/:id')
    class Gateway {
      @OnMessage('say')
      say() {
        throw original;
      }
    }
    return scene.start({ providers: [Gateway] });
  }

  it.each(cases)('%s', async (_says, answer, told) => {
    await filtering(answer);
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toEqual({ op: 'error', id: 2, ...told });
  });

  it('another exception that it throws', async () => {
    await filtering(() => {
      throw new WsException({ code: 'RATE_LIMITED', message: 'slower', retryAfter: 7 });
    });
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'slower',
      retryAfter: 7,
    });
  });

  it('nothing where it crashes: a filter made for HTTP leaves the refusal as it was', async () => {
    await filtering((host) => host.switchToHttp().getResponse<{ status(code: number): void }>().status(404));
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toEqual({
      op: 'error',
      id: 2,
      code: 'FORBIDDEN',
      message: 'no such thing',
    });
  });
});

describe('of several filters', () => {
  function saying(message: string) {
    @Catch(Missing)
    class Filter implements ExceptionFilter {
      catch() {
        return new RoostException('FORBIDDEN', message);
      }
    }
    return Filter;
  }

  it("the method's comes before the class's, that before the global one", async () => {
    const [ofMethod, ofClass, global] = ['method', 'class', 'global'].map(saying);
    @UseFilters(ofClass!)
    @RoomGateway('room/:id')
    class Gateway {
      @UseFilters(ofMethod!)
      @OnMessage('both')
      both() {
        throw new Missing();
      }

      @OnMessage('class')
      class() {
        throw new Missing();
      }
    }
    @RoomGateway('other/:id')
    class OtherGateway {
      @OnMessage('say')
      say() {
        throw new Missing();
      }
    }
    await scene.start({ providers: [Gateway, OtherGateway], prepare: (app) => app.useGlobalFilters(new global!()) });
    const client = await scene.member(room);
    await client.request({ op: 'join', room: 'other/1' });
    expect(await client.request({ event: 'both', room })).toMatchObject({ message: 'method' });
    expect(await client.request({ event: 'class', room })).toMatchObject({ message: 'class' });
    expect(await client.request({ event: 'say', room: 'other/1' })).toMatchObject({ message: 'global' });
  });

  it('those that do not catch the error are passed over', async () => {
    @UseFilters(saying('missing'))
    @RoomGateway('room/:id')
    class Gateway {
      @OnMessage('say')
      say() {
        throw new BadRequestException('bad');
      }
    }
    await scene.start({ providers: [Gateway] });
    const client = await scene.member(room);
    expect(await client.request({ event: 'say', room })).toMatchObject({ code: 'VALIDATION_FAILED', message: 'bad' });
  });
});

it('a filter class gets its dependencies', async () => {
  @Injectable()
  class Words {
    readonly sorry = 'so sorry';
  }
  @Catch()
  class PoliteFilter implements ExceptionFilter {
    constructor(@Inject(Words) private readonly words: Words) {}

    catch() {
      return { code: 'FORBIDDEN', message: this.words.sorry };
    }
  }
  @RoomGateway('room/:id')
  class Gateway {
    @UseFilters(PoliteFilter)
    @OnMessage('say')
    say() {
      throw new Error('rude');
    }
  }
  await scene.start({ providers: [Gateway, Words] });
  const client = await scene.member(room);
  expect(await client.request({ event: 'say', room })).toMatchObject({ message: 'so sorry' });
});
