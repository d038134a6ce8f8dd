import { beforeEach, describe, expect, it } from '@jest/globals';
import { OnJoin, OnMessage, RoomGateway, Rooms, RoostException } from 'nestjs-roost';
import { NEVER } from 'rxjs';
import { deferred, Log, type Deferred } from './support/deferred.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
const room = 'room/1';
let gate: Deferred<unknown>;

beforeEach(() => {
  log.clear();
  gate = deferred<unknown>();
});

@RoomGateway('room/:id')
class Gateway {
  @OnMessage('sync')
  sync() {
    throw new Error('secret');
  }

  @OnMessage('async')
  async async() {
    return Promise.reject(new TypeError('secret'));
  }

  @OnMessage('text')
  text() {
    throw 'secret'; // oxlint-disable-line no-throw-literal, typescript/only-throw-error -- apps throw anything
  }

  @OnMessage('nothing')
  async nothing() {
    return Promise.reject(); // oxlint-disable-line typescript/prefer-promise-reject-errors -- apps throw anything
  }

  @OnMessage('own')
  own() {
    throw new RoostException('TOO_LARGE', 'too much', { details: { most: 3 }, retryAfter: 9 });
  }

  @OnMessage('circle')
  circle() {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    return circle;
  }

  @OnMessage('bigint')
  bigint() {
    return 1n;
  }

  @OnMessage('hang')
  async hang() {
    log.add('hang begins');
    await gate.promise;
    log.add('hang ends');
    return 'late';
  }

  @OnMessage('never')
  never() {
    return NEVER;
  }

  @OnMessage('say')
  say() {
    return 'said';
  }
}

@RoomGateway('slow/:id')
class SlowGateway {
  @OnJoin()
  async join() {
    log.add('join begins');
    await gate.promise;
    log.add('join ends');
  }
}

const providers = [Gateway, SlowGateway];

describe('a handler', () => {
  it.each(['sync', 'async', 'text', 'nothing', 'circle', 'bigint'])(
    'that fails (%s) is answered INTERNAL, without its words, and costs nothing else',
    async (event) => {
      await scene.start({ providers });
      const client = await scene.member(room);
      expect(await client.request({ event, room, data: { mine: 1 } })).toEqual({
        op: 'error',
        id: 2,
        code: 'INTERNAL',
        message: 'something went wrong',
      });
      expect(await client.request({ event: 'say', room })).toMatchObject({ op: 'ack', data: 'said' });
    },
  );

  it('chooses the error with a RoostException', async () => {
    await scene.start({ providers });
    const client = await scene.member(room);
    expect(await client.request({ event: 'own', room })).toEqual({
      op: 'error',
      id: 2,
      code: 'TOO_LARGE',
      message: 'too much',
      details: { most: 3 },
      retryAfter: 9,
    });
  });

  it.each(['hang', 'never'])(
    'that does not answer in time (%s) is answered OUTCOME_UNKNOWN, and its lane goes on',
    async (event) => {
      await scene.start({ providers, roost: { timeouts: { handler: 40 } } });
      const client = await scene.member(room);
      const answers = [client.request({ event, room }), client.request({ event: 'say', room })];
      expect(await answers[0]).toMatchObject({ op: 'error', id: 2, code: 'OUTCOME_UNKNOWN' });
      expect(await answers[1]).toMatchObject({ op: 'ack', data: 'said' });
      gate.resolve('late');
      await client.settled();
      expect(client.unread.filter((frame) => 'id' in frame)).toEqual([]);
    },
  );

  it('that resolves after the client has left for good bothers nobody', async () => {
    const { app } = await scene.start({ providers });
    const client = await scene.member(room);
    client.send({ event: 'hang', room, id: 2 });
    await log.has('hang begins');
    await client.close();
    gate.resolve('late');
    await log.has('hang ends');
    expect(await (await scene.member(room)).request({ event: 'say', room })).toMatchObject({ op: 'ack' });
    await app.close();
  });

  it('that resolves while the client is away answers it when it is back', async () => {
    await scene.start({ providers });
    const client = await scene.member(room);
    client.send({ event: 'hang', room, id: 2 });
    await log.has('hang begins');
    const back = await scene.comeBack(client, { [room]: { epoch: 'any', offset: 0 } });
    gate.resolve('late');
    expect(await back.answer(2)).toEqual({ op: 'ack', id: 2, data: 'late' });
  });

  it('of a join that resolves after the client has left for good admits nobody', async () => {
    const { app } = await scene.start({ providers });
    const client = await scene.session();
    client.send({ op: 'join', room: 'slow/1', id: 1 });
    await log.has('join begins');
    await client.close();
    const slow = app.get(Rooms).get('slow/1');
    gate.resolve(undefined);
    await log.has('join ends');
    // A session that comes later sees what the first one has left behind.
    expect(await (await scene.session()).request({ op: 'join', room: 'slow/1' })).toMatchObject({
      op: 'joined',
      presence: { count: 1 },
    });
    expect(slow.members).toHaveLength(1);
  });
});
