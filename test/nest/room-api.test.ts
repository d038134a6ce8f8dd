import { beforeEach, describe, expect, it } from '@jest/globals';
import { MessageBody } from '@nestjs/websockets';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnLeave,
  OnMessage,
  OnResume,
  Room,
  RoomGateway,
  Rooms,
  Session,
  Sessions,
} from 'nestjs-roost';
import { deferred, Log, type Deferred } from './support/deferred.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
const name = 'room/1';
let joining: Deferred<void>;

beforeEach(() => {
  log.clear();
  joining = deferred();
  joining.resolve();
});

@RoomGateway('room/:id', { history: { size: 3 } })
class Gateway {
  @OnJoin()
  async join() {
    log.add('join');
    await joining.promise;
  }

  @OnMessage('say')
  say(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() text: string) {
    return room.broadcast('say', text, { except: session, from: session });
  }

  @OnResume()
  resume() {}

  @OnLeave()
  leave(@MessageBody() { reason }: { reason: string }, @CurrentSession() session: Session) {
    log.add(`left ${session.id} ${reason}`);
  }
}

@RoomGateway('secret/:id', { history: false, presence: 'off' })
class SecretGateway {}

@RoomGateway('crowd/:id', { presence: 'count' })
class CrowdGateway {}

async function start() {
  const { app } = await scene.start({ providers: [Gateway, SecretGateway, CrowdGateway] });
  const rooms = app.get(Rooms);
  return { app, rooms, room: rooms.get(name), sessions: app.get(Sessions) };
}

describe('a room', () => {
  it('knows its members, and tells them who is here', async () => {
    const { room, rooms, sessions } = await start();
    expect(room.members).toEqual([]);
    expect(room.presence).toEqual({ rev: 0, count: 0, members: [] });
    const ann = await scene.member(name);
    const bob = await scene.member(name);
    const ids = [ann, bob].map(({ welcome }) => welcome['session'].id as string);
    expect(room.members.map(({ id }) => id)).toEqual(ids);
    expect(room.members[0]).toBe(sessions.get(ids[0]!));
    expect(room.presence).toMatchObject({ count: 2, members: ids.map((id) => ({ id })) });
    expect(rooms.names()).toEqual([name]);
    await bob.request({ op: 'leave', room: name });
    expect(room.presence).toMatchObject({ count: 1 });
  });

  it('tells of presence as its gateway says', async () => {
    const { rooms } = await start();
    const client = await scene.session();
    const secret = await client.request({ op: 'join', room: 'secret/1' });
    expect(secret).not.toHaveProperty('presence');
    expect(rooms.get('secret/1').presence).toBeUndefined();
    expect(await client.request({ op: 'join', room: 'crowd/1' })).toMatchObject({ presence: { count: 1 } });
    expect(rooms.get('crowd/1').presence).toEqual({ rev: expect.any(Number), count: 1 });
  });

  it('gives its history in pages, as much of it as the gateway keeps', async () => {
    const { room, rooms } = await start();
    for (const number of [1, 2, 3, 4, 5]) await room.broadcast('say', number);
    const page = await room.history();
    expect(page.messages.map(({ data }) => data)).toEqual([3, 4, 5]);
    expect(page).toMatchObject({ offset: 5, more: false });
    expect((await room.history({ limit: 1 })).messages).toMatchObject([{ offset: 5 }]);
    expect((await room.history({ since: 3, limit: 1 })).messages).toMatchObject([{ offset: 4 }]);
    expect((await room.history({ before: 4 })).messages).toMatchObject([{ offset: 3 }]);
    await rooms.get('secret/1').broadcast('say', 1);
    expect((await rooms.get('secret/1').history()).messages).toEqual([]);
  });

  it('retracts a message for those who are here and in its history', async () => {
    const { room } = await start();
    const client = await scene.member(name);
    const { offset } = await room.broadcast('say', 'oops');
    await client.find(({ event }) => event === 'say', 'say');
    expect(await room.retract(offset)).toBe(true);
    expect(await client.find(({ op }) => op === 'retract', 'retract')).toMatchObject({
      target: offset,
      offset: offset + 1,
    });
    expect((await room.history()).messages).toEqual([]);
    expect(await room.retract(offset)).toBe(false);
    expect(await room.retract(99)).toBe(false);
  });

  it('spares whom a broadcast excepts, and tells whose it is', async () => {
    await start();
    const ann = await scene.member(name);
    const bob = await scene.member(name);
    await ann.request({ event: 'say', room: name, data: 'hi' });
    expect(await bob.find(({ event }) => event === 'say', 'say')).toMatchObject({
      from: ann.welcome['session'].id,
      data: 'hi',
    });
    expect(await ann.find(({ op }) => op === 'skip', 'skip')).toMatchObject({ offset: 1 });
  });

  it('sends ephemeral messages to who is here, and keeps them nowhere', async () => {
    const { room } = await start();
    const client = await scene.member(name);
    await room.broadcast('typing', true, { ephemeral: true });
    expect(await client.find(({ event }) => event === 'typing', 'typing')).not.toHaveProperty('offset');
    expect((await room.history()).messages).toEqual([]);
  });
});

describe('kick', () => {
  it.each(['kicked', 'banned'] as const)('takes a member out of the room, %s', async (reason) => {
    const { room } = await start();
    const client = await scene.member(name);
    const { id } = client.welcome['session'];
    expect(room.kick(id, reason)).toBe(true);
    await client.find(({ op, reason: its }) => op === 'left' && its === reason, `left, ${reason}`);
    await log.has(`left ${id} ${reason}`);
    expect(room.members).toEqual([]);
    expect(await client.request({ event: 'say', room: name })).toMatchObject({ code: 'NOT_JOINED' });
    expect(room.kick(id)).toBe(false);
  });

  it('takes out who is away: it hears of it when it is back', async () => {
    const { room, sessions } = await start();
    const client = await scene.member(name);
    const { id, token } = client.welcome['session'];
    await client.cut();
    room.kick(sessions.get(id)!);
    const back = await scene.session({ session: token, rooms: { [name]: { epoch: 'any', offset: 0 } } });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
    await back.expect({ op: 'left', room: name, reason: 'kicked' });
  });

  it('calls off a join that runs', async () => {
    const { room } = await start();
    joining = deferred();
    const client = await scene.session();
    client.send({ op: 'join', room: name, id: 1 });
    await log.has('join');
    expect(room.kick(client.welcome['session'].id, 'banned')).toBe(true);
    joining.resolve();
    await client.expect({ op: 'left', room: name, reason: 'banned', id: 1 });
    expect(room.members).toEqual([]);
  });
});

describe('a session', () => {
  it('is found by its id and its user, gets direct messages, and is ended', async () => {
    const { app } = await scene.start({
      providers: [Gateway],
      roost: { authenticate: ({ auth }) => ({ user: { id: String(auth), name: 'N' } }) },
    });
    const sessions = app.get(Sessions);
    const client = await scene.session({ auth: 'ann' });
    await client.request({ op: 'join', room: name });
    const [session] = sessions.byUser('ann');
    expect(session).toBe(sessions.get(client.welcome['session'].id));
    expect(session).toMatchObject({
      user: { id: 'ann', name: 'N' },
      rooms: [name],
      connected: true,
      ended: false,
      mode: 'session',
    });
    expect(session!.send('note', { n: 1 })).toBe(true);
    expect(await client.find(({ event }) => event === 'note', 'note')).toMatchObject({ data: { n: 1 }, seq: 1 });
    session!.end();
    expect(await client.closed).toMatchObject({ code: 4403 });
    expect([sessions.size, session!.ended, session!.send('late')]).toEqual([0, true, false]);
    await log.has(`left ${session!.id} closed`);
  });
});
