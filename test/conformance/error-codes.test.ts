import { describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  PayloadTooLargeException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { RoostException } from 'nestjs-roost';
import { joined, ManualClock, useStage, WildStore } from './support/index.js';

const start = useStage();

const thrown: [what: string, error: unknown, refusal: Record<string, unknown>][] = [
  [
    'a RoostException',
    new RoostException('UNAVAILABLE', 'later', { retryAfter: 5, details: { a: 1 } }),
    {
      code: 'UNAVAILABLE',
      message: 'later',
      retryAfter: 5,
      details: { a: 1 },
    },
  ],
  ['400', new BadRequestException('odd'), { code: 'VALIDATION_FAILED', message: 'odd' }],
  [
    '400 of a pipe',
    new BadRequestException(['text must be a string']),
    {
      code: 'VALIDATION_FAILED',
      details: [{ field: 'text', message: 'text must be a string' }],
    },
  ],
  ['401', new UnauthorizedException('who?'), { code: 'UNAUTHENTICATED', message: 'who?' }],
  ['403', new ForbiddenException('no'), { code: 'FORBIDDEN', message: 'no' }],
  ['413', new PayloadTooLargeException('large'), { code: 'TOO_LARGE', message: 'large' }],
  ['429', new HttpException('slow', 429), { code: 'RATE_LIMITED', message: 'slow' }],
  ['503', new ServiceUnavailableException('later'), { code: 'UNAVAILABLE', message: 'later' }],
  ['a WsException', new WsException('no'), { code: 'FORBIDDEN', message: 'no' }],
  ['a WsException with a code', new WsException({ code: 'NOT_JOINED', message: 'out' }), { code: 'NOT_JOINED' }],
  ['500', new HttpException('password is hunter2', 500), { code: 'INTERNAL', message: 'something went wrong' }],
  ['an Error', new Error('password is hunter2'), { code: 'INTERNAL', message: 'something went wrong' }],
  ['a string', 'password is hunter2', { code: 'INTERNAL', message: 'something went wrong' }],
  ['nothing', undefined, { code: 'INTERNAL', message: 'something went wrong' }],
];

describe.each(thrown)('a handler that throws %s', (_what, error, refusal) => {
  const raise = () => {
    throw error;
  };

  it.each([
    ['in a room', { event: 'run', room: 'room/a' }],
    ['without a room', { event: 'ordinary' }],
    ['when joining', { op: 'join', room: 'room/b' }],
  ])('%s', async (where, frame) => {
    const stage = await start();
    for (const client of [await stage.session(), await stage.plain()]) {
      stage.script.join = () => undefined;
      await joined(client, 'room/a');
      Object.assign(stage.script, { run: raise, ordinary: raise, join: raise });
      const answer = await client.request(frame);
      expect(answer).toMatchObject({ op: 'error', id: 2, ...refusal });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
      // A stock client without an id is answered as Nest answers ever.
      if (client.socket.protocol === '' && where === 'without a room') continue;
      client.send(frame);
      await client.find(({ op, id }) => op === 'error' && id === undefined, 'an error without an id');
    }
  });
});

describe('error codes of the protocol itself', () => {
  it('UNKNOWN_EVENT for an event without a handler, never quoting it', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    for (const room of ['room/a', undefined]) {
      const answer = await client.request({ event: 'hunter2', room, data: 'hunter2' });
      expect(answer).toMatchObject({ op: 'error', code: 'UNKNOWN_EVENT' });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    }
  });

  it('a room handler is no ordinary one, nor the other way round', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    expect(await client.request({ event: 'run' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
    expect(await client.request({ event: 'ordinary', room: 'room/a' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
  });

  it('NOT_JOINED for what only members may', async () => {
    const stage = await start();
    const client = await stage.session();
    for (const frame of [{ event: 'run' }, { op: 'leave' }, { op: 'history' }, { op: 'presence' }]) {
      expect(await client.request({ ...frame, room: 'room/a' })).toMatchObject({ op: 'error', code: 'NOT_JOINED' });
    }
    expect(stage.calls).toEqual([]);
  });

  it('UNAVAILABLE where the store is', async () => {
    const store = new WildStore();
    const stage = await start({ store });
    const client = await stage.member('room/a');
    store.fail(new RoostException('UNAVAILABLE', 'the store is away'));
    for (const frame of [{ event: 'say' }, { op: 'history' }, { op: 'join', since: { epoch: 'x', offset: 0 } }]) {
      expect(await client.request({ ...frame, room: 'room/a' })).toMatchObject({ op: 'error', code: 'UNAVAILABLE' });
    }
    expect(await client.request({ op: 'join', room: 'room/b' })).toMatchObject({ op: 'error', code: 'UNAVAILABLE' });
    store.fail();
    await joined(client, 'room/b');
    expect(await client.request({ event: 'say', room: 'room/a', data: 1 })).toMatchObject({ op: 'ack', offset: 1 });
  });

  it('a resume that the store cannot answer keeps the session for the next', async () => {
    const store = new WildStore();
    const clock = new ManualClock();
    const stage = await start({ store, clock });
    const client = await stage.member('room/a');
    await stage.lose(client);
    store.fail(new RoostException('UNAVAILABLE', 'the store is away'));
    const failed = await stage.silent();
    failed.send({ op: 'connect', session: client.welcome['session'].token as string });
    await failed.expect({ op: 'error', code: 'UNAVAILABLE' });
    await failed.closed;
    store.fail();
    expect((await stage.resume(client)).welcome).toMatchObject({
      resumed: true,
      rooms: { 'room/a': { recovered: true } },
    });
  });
});
