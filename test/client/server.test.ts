import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnMessage,
  OnResume,
  Room,
  RoomGateway,
  RoostException,
  Rooms,
  Session,
  Sessions,
} from 'nestjs-roost';
import { RoostClient } from 'nestjs-roost/client';
import type { ClientStatus, RoostClientOptions } from 'nestjs-roost/client';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';

import { type TestApp, startApp } from '../support/app.js';
import { Proxy } from '../support/proxy.js';
import { Inbox, soon } from './support/fake-server.js';

interface ChatContract {
  clientToServer: { say: (text: string) => { offset: number }; quietly: (text: string) => void };
  serverToClient: { say: string };
  joined: { topic: string };
}

@RoomGateway('chat/:channel', { presence: 'list', history: { size: 1_000 } })
class ChatGateway {
  readonly runs = new Inbox<string>();
  readonly refused = new Set<string>();

  @OnJoin()
  join(@CurrentRoom() room: Room) {
    if (room.name === 'chat/secret') throw new RoostException('FORBIDDEN', 'members only');
    return { topic: `about ${room.name}` };
  }

  @OnResume()
  resume(@CurrentRoom() room: Room) {
    if (this.refused.has(room.name)) throw new RoostException('FORBIDDEN', 'no longer');
  }

  @OnMessage('say')
  say(@CurrentRoom() room: Room, @MessageBody() text: string) {
    this.runs.put(text);
    return room.broadcast('say', text);
  }

  @OnMessage('quietly')
  quietly(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() text: string) {
    return room.broadcast('say', text, { except: session });
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return data;
  }
}

describe('with a real server', () => {
  let server: TestApp;
  let proxy: Proxy;
  let gateway: ChatGateway;
  const clients: RoostClient[] = [];
  const errors: unknown[] = [];

  beforeEach(async () => {
    errors.length = 0;
    server = await startApp({ providers: [ChatGateway], roost: { limits: { messages: false } } });
    gateway = server.app.get(ChatGateway);
    proxy = await Proxy.to(server.port);
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await proxy.close();
    await server.close();
    if (errors.length > 0) throw new Error(`reported: ${errors.join(', ')}`);
  });

  function connect(options: RoostClientOptions = {}): RoostClient {
    const client = new RoostClient(proxy.url(server.url), {
      WebSocket,
      backoff: { min: 1, max: 20 },
      onError: (error) => errors.push(error),
      ...options,
    });
    clients.push(client);
    return client;
  }

  const reached = (client: RoostClient, state: ClientStatus['state']) =>
    soon(
      new Promise<ClientStatus>((resolve) => {
        const remove = client.onStatus((status) => {
          if (status.state !== state) return;
          remove();
          resolve(status);
        });
      }),
      `the status "${state}"`,
    );

  it('joins, talks, reads history and presence, and leaves', async () => {
    const [ada, bob] = [connect(), connect()];
    const here = ada.join<ChatContract>('chat/a');
    const there = bob.join<ChatContract>('chat/a');
    expect(await here.joined).toMatchObject({ data: { topic: 'about chat/a' }, position: { offset: 0 } });
    await there.joined;
    const heard = soon(new Promise<string>((resolve) => there.on('say', resolve)), 'a message');
    expect(await here.send('say', 'hi')).toMatchObject({ offset: 1 });
    expect(await heard).toBe('hi');
    expect(await here.history()).toMatchObject({ offset: 1, messages: [{ event: 'say', data: 'hi', offset: 1 }] });
    expect((await here.presence()).members).toHaveLength(2);
    expect(new Set(here.members?.map(({ id }) => id))).toEqual(new Set([ada.session?.id, bob.session?.id]));
    const gone = soon(
      new Promise<void>((resolve) => here.onPresence(({ count }) => count === 1 && resolve())),
      'Bob’s leaving',
    );
    await there.leave();
    await gone;
    expect(await ada.send('echo', { a: 1 })).toEqual({ a: 1 });
    await expect(ada.join('chat/secret').joined).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'members only' });
    await expect(ada.join('nowhere').joined).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });

  it('misses nothing over a cut while others go on, and says how much it caught up', async () => {
    const client = connect();
    const room = client.join<ChatContract>('chat/a');
    const heard: string[] = [];
    room.on('say', (text) => heard.push(text));
    await room.joined;
    client.drop();
    for (let n = 1; n <= 50; n++) await server.app.get(Rooms).get('chat/a').broadcast('say', `${n}`);
    const recovery = soon(new Promise((resolve) => room.onRecovery(resolve)), 'the recovery');
    client.connect();
    expect(await recovery).toEqual({ recovered: true, caughtUp: 50 });
    expect(heard).toEqual(Array.from({ length: 50 }, (_, n) => `${n + 1}`));
  });

  it('goes on where an answer and two welcomes were lost on the way, and runs nothing twice', async () => {
    let deaf = false;
    class Deaf extends WebSocket {
      override emit(event: string, ...args: unknown[]): boolean {
        return event === 'message' && deaf ? false : super.emit(event, ...args);
      }
    }
    const client = connect({ WebSocket: Deaf });
    const room = client.join<ChatContract>('chat/a');
    const heard: string[] = [];
    room.on('say', (text) => heard.push(text));
    await room.joined;
    const { resumed$ } = server.app.get(Sessions);
    for (let round = 1; round <= 3; round++) {
      deaf = true;
      const answer = room.send('say', `${round}`);
      await gateway.runs.next('the handler’s run');
      for (let lost = 0; lost < 2; lost++) {
        const resumed = firstValueFrom(resumed$);
        proxy.cut();
        await soon(resumed, 'a resume');
      }
      deaf = false;
      proxy.cut();
      expect(await soon(answer, 'the answer')).toMatchObject({ offset: round });
    }
    expect(gateway.runs.all).toEqual(['1', '2', '3']);
    expect(heard).toEqual(['1', '2', '3']);
  });

  it('a session that is gone is begun anew: rooms come back with what they missed, written frames are unknown', async () => {
    const client = connect();
    const room = client.join<ChatContract>('chat/a');
    const heard: string[] = [];
    room.on('say', (text) => heard.push(text));
    await room.joined;
    const [session] = server.app.get(Sessions).all();
    proxy.stall('down');
    const lost = room.send('say', 'written').catch((error: unknown) => error);
    await gateway.runs.next('the handler’s run');
    const away = reached(client, 'away');
    client.drop();
    await away;
    proxy.cut();
    proxy.flow();
    session?.end();
    const kept = room.send('say', 'unwritten');
    const recovery = soon(new Promise((resolve) => room.onRecovery(resolve)), 'the recovery');
    client.connect();
    expect(await lost).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await soon(kept, 'the answer')).toMatchObject({ offset: 2 });
    expect(await recovery).toMatchObject({ recovered: true });
    expect(heard).toEqual(['written', 'unwritten']);
    expect(client.status).toMatchObject({ state: 'online', resumed: false, rooms: { 'chat/a': true } });
  });

  it('a room whose resume handler refuses is left with its reason, the other one goes on', async () => {
    const client = connect();
    const [a, b] = [client.join<ChatContract>('chat/a'), client.join<ChatContract>('chat/b')];
    await Promise.all([a.joined, b.joined]);
    const left = soon(new Promise((resolve) => a.onLeft(resolve)), 'the end of the room');
    gateway.refused.add('chat/a');
    proxy.cut();
    expect(await left).toBe('refused');
    expect(await b.send('say', 'still here')).toMatchObject({ offset: 1 });
    expect([a.state, b.state]).toEqual(['left', 'joined']);
  });

  it('a history that no longer reaches back is a gap, and the room goes on', async () => {
    const client = connect();
    const room = client.join<ChatContract>('chat/a');
    const heard: string[] = [];
    room.on('say', (text) => heard.push(text));
    await room.joined;
    client.drop();
    const log = server.app.get(Rooms).get('chat/a');
    for (let n = 1; n <= 1_100; n++) await log.broadcast('say', `${n}`);
    const recovery = soon(new Promise((resolve) => room.onRecovery(resolve)), 'the recovery');
    client.connect();
    expect(await recovery).toEqual({ recovered: false, caughtUp: 0 });
    expect(room.position).toMatchObject({ offset: 1_100 });
    await room.send('say', 'on');
    expect(heard).toEqual(['on']);
  });

  it('skips what it is not to see without calling it a hole', async () => {
    const [ada, bob] = [connect(), connect()];
    const [here, there] = [ada.join<ChatContract>('chat/a'), bob.join<ChatContract>('chat/a')];
    await Promise.all([here.joined, there.joined]);
    const [mine, theirs]: [string[], string[]] = [[], []];
    here.on('say', (text) => mine.push(text));
    there.on('say', (text) => theirs.push(text));
    await here.send('quietly', 'psst');
    await there.send('say', 'aloud');
    await here.send('say', 'aloud too');
    await there.send('say', 'end');
    await here.history();
    expect(mine).toEqual(['aloud', 'aloud too', 'end']);
    expect(theirs).toEqual(['psst', 'aloud', 'aloud too', 'end']);
    expect(ada.status).toMatchObject({ state: 'online', resumed: false });
  });

  it('direct messages arrive once each over cuts', async () => {
    const client = connect();
    const told = new Inbox<unknown>();
    client.on('note', (data) => told.put(data));
    await reached(client, 'online');
    const [session] = server.app.get(Sessions).all();
    for (let n = 1; n <= 100; n++) {
      session?.send('note', n);
      if (n % 30 === 0) proxy.cut();
    }
    while (told.all.length < 100) await told.arrival('more notes');
    expect(told.all).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  });

  it('two pages with one token: the older is told, and opens a session of its own where it is asked to', async () => {
    const frames: string[] = [];
    class Overheard extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        this.on('message', (data: Buffer) => frames.push(data.toString()));
      }
    }
    const older = connect({ WebSocket: Overheard });
    const room = older.join<ChatContract>('chat/a');
    await room.joined;
    await room.send('say', 'before');
    const { token } = (JSON.parse(frames[0] ?? '') as { session: { token: string } }).session;
    const copied = JSON.stringify({ token, seq: 0, rooms: { 'chat/a': room.position } });
    const closed = reached(older, 'closed');
    const newer = connect({ storage: { getItem: () => copied, setItem: () => {}, removeItem: () => {} } });
    const same = newer.join<ChatContract>('chat/a');
    expect(await same.joined).toMatchObject({ recovered: true, data: { topic: 'about chat/a' } });
    expect(await closed).toMatchObject({ code: 4409, why: 'taken-over' });
    await same.send('say', 'meanwhile');
    const heard: string[] = [];
    room.on('say', (text) => heard.push(text));
    older.connect();
    await room.send('say', 'after');
    expect(heard).toEqual(['meanwhile', 'after']);
    expect(older.session?.id).not.toBe(newer.session?.id);
    expect(same.members).toBeDefined();
  });

  it('stops when it is sent away for good, with all rooms left', async () => {
    const client = connect();
    const room = client.join('chat/a');
    await room.joined;
    server.app.get(Sessions).all()[0]?.end();
    expect(await reached(client, 'closed')).toMatchObject({ code: 4403, why: 'forbidden' });
    expect(room.state).toBe('left');
  });

  it('comes back to a server that restarts, when it said so', async () => {
    const client = connect({ random: () => 0 });
    const room = client.join<ChatContract>('chat/a');
    await room.joined;
    const away = reached(client, 'away');
    await server.close();
    const status = await away;
    expect(status).toMatchObject({ state: 'away', attempt: 1 });
    expect(room.state).toBe('joined');
  });

  it.each([1, 2, 3])(
    'a bad network, seed %i: every message once and in order, every answer, no handler twice',
    async (seed) => {
      const random = chance(seed);
      const [ada, bob] = [connect(), connect()];
      const rooms = [ada.join<ChatContract>('chat/a'), bob.join<ChatContract>('chat/a')];
      const heard: string[][] = [[], []];
      rooms.forEach((room, n) => room.on('say', (text) => heard[n]?.push(text)));
      await Promise.all(rooms.map(({ joined }) => joined));
      proxy.split(7);
      const answers: Promise<{ offset: number }>[] = [];
      for (let n = 0; n < 150; n++) {
        answers.push(...rooms.map((room, who) => room.send('say', `${who} says ${n}`)));
        if (random() < 0.06) proxy.cut();
        if (random() < 0.03) proxy.stall(random() < 0.5 ? 'down' : 'up');
        if (random() < 0.2) proxy.flow();
        if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
        if (n % 10 === 9) {
          proxy.cut();
          proxy.flow();
          await Promise.all(answers);
        }
      }
      proxy.cut();
      proxy.flow();
      await Promise.all(answers);
      await Promise.all(rooms.map((room) => room.history({ limit: 1 })));
      const log = await server.app.get(Rooms).get('chat/a').history({ limit: 1_000 });
      const said = log.messages.map(({ data }) => data as string);
      await Promise.all(
        rooms.map(async (room, n) => {
          while ((heard[n]?.length ?? 0) < said.length)
            await soon(new Promise((resolve) => room.on('say', resolve)), 'the rest');
        }),
      );
      expect(said).toHaveLength(300);
      expect(new Set(said).size).toBe(300);
      expect(gateway.runs.all).toEqual(said);
      expect(heard).toEqual([said, said]);
    },
    30_000,
  );
});

/** Numbers from 0 up to 1 that only depend on the seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
