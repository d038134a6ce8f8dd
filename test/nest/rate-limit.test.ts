import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Catch,
  UseFilters,
  UseGuards,
  UsePipes,
  type CanActivate,
  type ExceptionFilter,
  type PipeTransform,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  OnJoin,
  OnLeave,
  OnMessage,
  RateLimit,
  RoomGateway,
  RoostException,
  type Handshake,
  type RateLimitOptions,
} from 'nestjs-roost';
import { ManualClock } from 'nestjs-roost/testing';
import { startApp } from '../support/app.js';
import { useScene, type SessionClient } from './support/scene.js';

const scene = useScene();
let clock: ManualClock;
let asked: string[];

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
});

class Guard implements CanActivate {
  canActivate() {
    asked.push('guard');
    return true;
  }
}

class Pipe implements PipeTransform {
  transform(value: unknown) {
    asked.push('pipe');
    return value;
  }
}

@Catch(RoostException)
class Translate implements ExceptionFilter<RoostException> {
  catch({ code, retryAfter = 0 }: RoostException) {
    return new RoostException(code, 'doucement', { retryAfter });
  }
}

@RoomGateway('room/:id')
class Gateway {
  @OnJoin()
  @RateLimit({ count: 3, per: 60_000, by: 'user' })
  join() {}

  @OnMessage('session')
  @RateLimit({ perSecond: 2 })
  session() {}

  @UseGuards(Guard)
  @UsePipes(Pipe)
  @OnMessage('guarded')
  @RateLimit({ count: 1, per: 10_000 })
  guarded(@MessageBody() body: unknown) {
    asked.push('handler');
    return body;
  }

  @OnMessage('user')
  @RateLimit({ count: 1, per: 1_000, by: 'user' })
  user() {}

  @OnMessage('room')
  @RateLimit({ count: 2, per: 1_000, by: 'room' })
  room() {}

  @OnMessage('both')
  @RateLimit({ count: 1, per: 1_000 })
  @RateLimit({ count: 2, per: 60_000, by: 'room' })
  both() {}

  @OnMessage('burst')
  @RateLimit({ perSecond: 1, burst: 3 })
  burst() {}

  @OnMessage('french')
  @UseFilters(Translate)
  @RateLimit({ count: 1, per: 1_000 })
  french() {}
}

const authenticate = ({ auth }: Handshake) => (typeof auth === 'string' ? { user: { id: auth } } : {});

const start = () => scene.start({ providers: [Gateway], roost: { clock, authenticate } });

async function member(room = 'room/1', auth?: string): Promise<SessionClient> {
  const client = await scene.session({ auth });
  expect(await client.request({ op: 'join', room })).toMatchObject({ op: 'joined' });
  return client;
}

/** What becomes of a message: `ack`, or the milliseconds after which it may be tried again. */
async function send(client: SessionClient, event: string, room = 'room/1'): Promise<unknown> {
  const answer = await client.request({ event, room, data: 1 });
  if (answer['op'] === 'ack') return 'ack';
  expect(answer).toMatchObject({ op: 'error', code: 'RATE_LIMITED' });
  return answer['retryAfter'];
}

describe('@RateLimit', () => {
  it('refuses one run too many, and says after how long one is let through', async () => {
    await start();
    const client = await member();
    expect([await send(client, 'session'), await send(client, 'session')]).toEqual(['ack', 'ack']);
    expect(await send(client, 'session')).toBe(500);
    clock.advance(498);
    expect(await send(client, 'session')).not.toBe('ack');
    clock.advance(2);
    expect(await send(client, 'session')).toBe('ack');
  });

  it('refuses before guards and pipes are asked', async () => {
    await start();
    const client = await member();
    expect(await send(client, 'guarded')).toBe('ack');
    expect(asked).toEqual(['guard', 'pipe', 'handler']);
    expect(await send(client, 'guarded')).toBe(10_000);
    expect(asked).toEqual(['guard', 'pipe', 'handler']);
  });

  it('lets through at once as many as `burst` says', async () => {
    await start();
    const client = await member();
    for (let n = 0; n < 3; n++) expect(await send(client, 'burst')).toBe('ack');
    expect(await send(client, 'burst')).toBe(1_000);
  });

  it('counts each session for itself', async () => {
    await start();
    const [one, two] = [await member('room/1', 'ada'), await member('room/1', 'ada')];
    expect(await send(one, 'guarded')).toBe('ack');
    expect(await send(two, 'guarded')).toBe('ack');
    expect(await send(one, 'guarded')).toBe(10_000);
  });

  it('by user: counts the sessions of a user together, in all rooms', async () => {
    await start();
    const [one, two, other] = [
      await member('room/1', 'ada'),
      await member('room/2', 'ada'),
      await member('room/1', 'ben'),
    ];
    expect(await send(one, 'user')).toBe('ack');
    expect(await send(two, 'user', 'room/2')).toBe(1_000);
    expect(await send(other, 'user')).toBe('ack');
  });

  it('by user: counts the sessions of nobody in particular one by one', async () => {
    await start();
    const [one, two] = [await member(), await member()];
    expect(await send(one, 'user')).toBe('ack');
    expect(await send(two, 'user')).toBe('ack');
    expect(await send(two, 'user')).toBe(1_000);
  });

  it('by room: counts all of a room together', async () => {
    await start();
    const [one, two, elsewhere] = [await member(), await member(), await member('room/2')];
    expect(await send(one, 'room')).toBe('ack');
    expect(await send(two, 'room')).toBe('ack');
    expect(await send(one, 'room')).toBe(500);
    expect(await send(elsewhere, 'room', 'room/2')).toBe('ack');
  });

  it('stands several times: all have to agree, and what one refuses counts for none', async () => {
    await start();
    const [one, two, three] = [await member(), await member(), await member()];
    expect(await send(one, 'both')).toBe('ack');
    for (let n = 0; n < 5; n++) expect(await send(one, 'both')).toBe(1_000);
    expect(await send(two, 'both')).toBe('ack');
    expect(await send(three, 'both')).toBe(30_000);
  });

  it('limits joins', async () => {
    await start();
    const client = await member('room/1', 'ada');
    for (const room of ['room/2', 'room/3'])
      expect(await client.request({ op: 'join', room })).toMatchObject({ op: 'joined' });
    expect(await client.request({ op: 'join', room: 'room/4' })).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: 20_000,
    });
  });

  it('a repeat of a request costs nothing', async () => {
    await start();
    const client = await member();
    const id = client.id();
    for (let n = 0; n < 3; n++) {
      client.send({ id, event: 'session', room: 'room/1' });
      expect(await client.answer(id)).toMatchObject({ op: 'ack' });
    }
    expect(await send(client, 'session')).toBe('ack');
  });

  it('its refusal goes through exception filters', async () => {
    await start();
    const client = await member();
    await send(client, 'french');
    expect(await client.request({ event: 'french', room: 'room/1' })).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'doucement',
      retryAfter: 1_000,
    });
  });
});

describe('@RateLimit refuses', () => {
  it.each([
    ['nothing', undefined, 'must be an object'],
    ['no rate', {}, 'say `perSecond`, or `count` and `per`'],
    ['two rates', { perSecond: 1, count: 1, per: 1 }, 'say `perSecond`, or `count` and `per`'],
    ['a rate of 0', { perSecond: 0 }, '`perSecond` must be a number above 0'],
    ['a count without a time', { count: 1 }, '`per` must be a number above 0'],
    ['a time without a count', { per: 1 }, '`count` must be a number from 1'],
    ['a burst of 0', { perSecond: 1, burst: 0 }, '`burst` must be a number from 1'],
    ['counting by the moon', { perSecond: 1, by: 'moon' }, "`by` must be 'session', 'user' or 'room'"],
    ['an option it does not know', { perSecond: 1, each: 1 }, '`each` is not known'],
  ])('%s', (_what, options, words) => {
    expect(() => RateLimit(options as RateLimitOptions)).toThrow(words);
  });

  @RoomGateway('room/:id')
  class OnLeaving {
    @OnLeave()
    @RateLimit({ perSecond: 1 })
    left() {}
  }
  @RoomGateway('room/:id')
  class OnOrdinary {
    @SubscribeMessage('say')
    @RateLimit({ perSecond: 1 })
    say() {}
  }
  @WebSocketGateway()
  class OutsideRooms {
    @SubscribeMessage('say')
    @RateLimit({ perSecond: 1 })
    say() {}
  }

  it.each([OnLeaving, OnOrdinary, OutsideRooms])('at boot, what it would not limit: %p', async (gateway) => {
    const started = startApp({ providers: [gateway, Gateway], roost: { path: '/rooms' } }).then((app) => app.close());
    await expect(started).rejects.toThrow(
      `${gateway.name}.${gateway === OnLeaving ? 'left' : 'say'}: @RateLimit() is for`,
    );
  });
});
