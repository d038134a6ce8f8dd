import { beforeEach, describe, expect, it } from '@jest/globals';
import { OnJoin, OnLeave, RoomGateway, Rooms, type Handshake, type Room } from 'nestjs-roost';
import { MessageBody } from '@nestjs/websockets';
import { ManualClock } from 'nestjs-roost/testing';
import { deferred, Log, type Deferred } from './support/deferred.js';
import { useScene, type SessionClient } from './support/scene.js';

const scene = useScene();
const log = new Log();
const name = 'room/1';
let clock: ManualClock;
let joining: Deferred<void> | undefined;

beforeEach(() => {
  log.clear();
  clock = new ManualClock();
  joining = undefined;
});

@RoomGateway('room/:id')
class Gateway {
  @OnJoin()
  async join() {
    log.add('join');
    await joining?.promise;
  }

  @OnLeave()
  leave(@MessageBody() { reason }: { reason: string }) {
    log.add(`left ${reason}`);
  }
}

@RoomGateway('secret/:id', { presence: 'off' })
class SecretGateway {}

const authenticate = ({ auth }: Handshake) => (typeof auth === 'string' ? { user: { id: auth } } : {});

async function start(): Promise<Room> {
  const { app } = await scene.start({ providers: [Gateway, SecretGateway], roost: { clock, authenticate } });
  return app.get(Rooms).get(name);
}

async function member(auth?: string, room = name): Promise<SessionClient> {
  const client = await scene.session({ auth });
  expect(await client.request({ op: 'join', room })).toMatchObject({ op: 'joined' });
  return client;
}

const left = (client: SessionClient) => client.find(({ op }) => op === 'left', 'left');

describe('A ban', () => {
  it('takes all sessions of the user out of the room, those that are away too, and nobody else', async () => {
    const room = await start();
    const [one, two, other, nobody] = [await member('ann'), await member('ann'), await member('bob'), await member()];
    const away = await member('ann');
    await away.cut();
    await room.ban('ann');
    for (const client of [one, two]) expect(await left(client)).toEqual({ op: 'left', room: name, reason: 'banned' });
    expect(room.members.map(({ id }) => id)).toEqual(
      [other, nobody].map(({ welcome }) => welcome['session'].id as string),
    );
    expect(log.lines.filter((line) => line === 'left banned')).toHaveLength(3);
    expect(await one.request({ event: 'say', room: name })).toMatchObject({ code: 'NOT_JOINED' });
  });

  it('lets the user in no more, says why, and asks no handler', async () => {
    const room = await start();
    await room.ban('ann', { reason: 'advertises' });
    const client = await scene.session({ auth: 'ann' });
    const answer = await client.request({ op: 'join', room: name });
    expect(answer).toEqual({ op: 'error', id: 1, code: 'FORBIDDEN', message: 'banned: advertises' });
    expect(log.lines).toEqual([]);
    expect(await client.request({ op: 'join', room: 'room/2' })).toMatchObject({ op: 'joined' });
  });

  it('ends at its time, and says after how long that is', async () => {
    const room = await start();
    await room.ban('ann', { for: 60_000 });
    clock.advance(45_000);
    const client = await scene.session({ auth: 'ann' });
    const refusal = await client.request({ op: 'join', room: name });
    expect(refusal).toMatchObject({ code: 'FORBIDDEN', message: 'banned', retryAfter: 15_000 });
    clock.advance(15_000);
    expect(await client.request({ op: 'join', room: name })).toMatchObject({ op: 'joined' });
  });

  it('outlives the session: a new one is not let in either', async () => {
    const room = await start();
    const client = await member('ann');
    await room.ban('ann');
    await client.close();
    const again = await scene.session({ auth: 'ann' });
    expect(again.welcome['resumed']).toBe(false);
    expect(await again.request({ op: 'join', room: name })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is told at a resume, to who was away when it came', async () => {
    const room = await start();
    const client = await member('ann');
    const { epoch, offset } = await room.broadcast('say', 1);
    await client.cut();
    await room.ban('ann');
    const back = await scene.session({
      auth: 'ann',
      session: client.welcome['session'].token,
      rooms: { [name]: { epoch, offset: offset - 1 } },
    });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
    await back.expect({ op: 'left', room: name, reason: 'banned' });
    await back.settled();
    expect(back.unread).toEqual([]);
  });

  it('holds where the room did not hear of it in time: the resume asks', async () => {
    const { app } = await scene.start({ providers: [Gateway, SecretGateway], roost: { clock, authenticate } });
    const room = app.get(Rooms).get(name);
    const client = await member('ann');
    await client.cut();
    await app.get(Rooms).store.bans.add(name, { user: { id: 'ann' }, since: clock.date() });
    const back = await scene.session({
      auth: 'ann',
      session: client.welcome['session'].token,
      rooms: { [name]: { epoch: (await room.history()).epoch, offset: 0 } },
    });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
    await back.expect({ op: 'left', room: name, reason: 'banned' });
    expect(room.members).toEqual([]);
  });

  it('calls off a join that runs', async () => {
    const room = await start();
    joining = deferred();
    const client = await scene.session({ auth: 'ann' });
    client.send({ op: 'join', room: name, id: 1 });
    await log.has('join');
    await room.ban('ann');
    joining.resolve();
    expect(await client.answer(1)).toEqual({ op: 'left', room: name, reason: 'banned', id: 1 });
    expect(room.members).toEqual([]);
  });

  it('works in rooms that tell nobody who is here', async () => {
    const { app } = await scene.start({ providers: [SecretGateway], roost: { clock, authenticate } });
    const client = await member('ann', 'secret/1');
    await app.get(Rooms).get('secret/1').ban('ann');
    expect(await left(client)).toMatchObject({ reason: 'banned' });
    expect(await client.request({ op: 'join', room: 'secret/1' })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is lifted once', async () => {
    const room = await start();
    await room.ban('ann');
    expect([await room.unban('ann'), await room.unban({ id: 'ann' })]).toEqual([true, false]);
    await member('ann');
  });

  it('is listed with all that was said, oldest first', async () => {
    const room = await start();
    const since = clock.date();
    await room.ban({ id: 'ann', name: 'Ann' }, { for: 1_000, reason: 'loud' });
    clock.advance(10);
    await room.ban('bob');
    expect(await room.banned()).toEqual([
      { user: { id: 'ann', name: 'Ann' }, since, until: since + 1_000, reason: 'loud' },
      { user: { id: 'bob' }, since: since + 10 },
    ]);
    clock.advance(990);
    expect(await room.banned()).toMatchObject([{ user: { id: 'bob' } }]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never])(
    'refuses to last for %p ms',
    async (duration) => {
      const room = await start();
      await expect(room.ban('ann', { for: duration })).rejects.toThrow('`for` must be a number above 0');
      await expect(room.ban(undefined as never)).rejects.toThrow(TypeError);
      expect(await room.banned()).toEqual([]);
    },
  );
});
