import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Rooms, Sessions, type Clock, type Position, type Room, type RoostOptions, type Session } from 'nestjs-roost';
import { redisStore, type RedisStore } from 'nestjs-roost/redis';
import { merge } from 'rxjs';
import type { ClientOptions } from 'ws';
import { startApp, type TestApp } from '../../support/app.js';
import { RawClient, type RawFrame } from '../../support/raw-client.js';
import { RedisServer } from '../../support/redis.js';
import { Script, scripted } from './script.js';
import { atRest, gathered, variant } from '../../support/variant.js';
import { next } from './wait.js';

export type SessionClient = RawClient & { welcome: RawFrame };

type ConnectOptions = ClientOptions & { readonly by?: string };

/** Messages of a flood at most: more than the network between two sockets takes by far. */
const FLOOD = 1_000;

/** A real app whose handlers do what the test says, and its clients. In the variant `redis` it is two servers. */
export class Stage {
  readonly script: Script;
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly #clients = new Map<RawClient, TestApp>();

  private constructor(private readonly servers: readonly [TestApp, ...TestApp[]]) {
    const [first] = servers;
    this.script = first.app.get(Script);
    this.rooms = first.app.get(Rooms);
    const all = servers.map(({ app }) => app.get(Sessions));
    this.sessions = all.length === 1 ? (all[0] as Sessions) : sessionsOfAll(all);
  }

  static async start(roost: RoostOptions = {}): Promise<Stage> {
    if (!variant.redis || roost.store !== undefined) return new Stage([await startApp({ roost, providers: scripted })]);
    const script = new Script();
    const providers = [{ provide: Script, useValue: script }, ...scripted.filter((one) => one !== Script)];
    const start = async () => startApp({ roost: { ...roost, store: sharedStore(roost.clock) }, providers });
    return new Stage([await start(), await start()]);
  }

  get url(): string {
    return this.servers[0].url;
  }

  get port(): number {
    return this.servers[0].port;
  }

  get app(): TestApp['app'] {
    return this.servers[0].app;
  }

  get calls(): string[] {
    return this.script.calls;
  }

  // ---- clients -----------------------------------------------------------------------------------------------------

  /** Opens or resumes a session; `by` is another URL to take, as that of a proxy. */
  async session(connect: RawFrame = {}, options: ConnectOptions = {}): Promise<SessionClient> {
    const server = this.#next(connect['session'] as string | undefined);
    const { by = server.url, ...rest } = options;
    return this.#keep(await RawClient.session(by, connect, rest), by === this.url ? this.servers[0] : server);
  }

  /** Resumes a client's session on a new connection. */
  resume(client: SessionClient, connect: RawFrame = {}, options: ConnectOptions = {}): Promise<SessionClient> {
    return this.session({ session: tokenOf(client), ...connect }, options);
  }

  /** The server that a client comes to: the first, or, with a token, another than the one that it has the token of. */
  #next(token: string | undefined): TestApp {
    const [last] = [...this.#clients].findLast(([one]) => isSession(one) && tokenOf(one) === token)?.slice(1) ?? [];
    const at = last === undefined ? -1 : this.servers.indexOf(last as TestApp);
    return this.servers[(at + 1) % this.servers.length] as TestApp;
  }

  /** Opens a connection that offers `roost.v1` and sends nothing. */
  async silent(options: ConnectOptions = {}): Promise<RawClient> {
    // Who is silent may resume, and does so on the last of them.
    const server = this.servers.at(-1);
    const { by = server?.url ?? this.url, ...rest } = options;
    return this.#keep(await RawClient.silent(by, rest), server);
  }

  async offering(...protocols: string[]): Promise<RawClient> {
    return this.#keep(await RawClient.offering(this.url, protocols));
  }

  async plain(options: ConnectOptions = {}): Promise<RawClient> {
    const { by = this.url, ...rest } = options;
    return this.#keep(await RawClient.plain(by, rest));
  }

  /** Opens a session that has joined these rooms. */
  async member(...rooms: string[]): Promise<SessionClient> {
    const client = await this.session();
    for (const room of rooms) await joined(client, room);
    return client;
  }

  /** Breaks a client's connection, and waits until the server has seen it. */
  async lose(client: RawClient): Promise<void> {
    const away = next(this.sessions.away$, 'a session to be away');
    await client.cut();
    await away;
    // Since when it is away is written for the other server.
    if (this.servers.length > 1) await gathered();
  }

  // ---- the server's side -------------------------------------------------------------------------------------------

  /** The room, on the server where most of its members are. */
  room(name: string): Room {
    const all = this.servers.map(({ app }) => app.get(Rooms).get(name));
    return all.reduce((most, one) => (one.members.length > most.members.length ? one : most));
  }

  /** The server's side of a client's session. */
  of(client: SessionClient): Session {
    const session = this.sessions.get(idOf(client));
    if (session === undefined) throw new Error('the session is over');
    return session;
  }

  /** Publishes messages into a room. */
  async publish(room: string, ...data: unknown[]): Promise<Position> {
    let position: Position | undefined;
    for (const one of data) position = await this.room(room).broadcast('say', one);
    if (position === undefined) throw new Error('nothing to publish');
    return position;
  }

  /** Publishes large messages until something holds, and returns how many. */
  async flood(room: string, enough: () => boolean): Promise<number> {
    const large = noise(60_000);
    for (let count = 0; count < FLOOD; count++) {
      if (enough()) return count;
      await this.room(room).broadcast('say', large);
      await gathered();
    }
    throw new Error(`${FLOOD} large messages, and no end of the flood`);
  }

  /** Publishes large messages until so many bytes wait for a client that does not read, and returns how many. */
  async congest(client: SessionClient, room: string, bytes: number): Promise<number> {
    const session = this.of(client);
    let looks = 0;
    return this.flood(room, () => {
      // Of what was just written the network may take more still.
      looks = session.bufferedBytes > bytes ? looks + 1 : 0;
      return looks > 1;
    });
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#clients.keys(), (client) => client.cut()));
    for (const server of this.servers) await server.close();
  }

  #keep<T extends RawClient>(client: T, server: TestApp = this.servers[0]): T {
    this.#clients.set(client, server);
    return client;
  }
}

/** What the test asks of sessions, asked of all servers. */
function sessionsOfAll(all: readonly Sessions[]): Sessions {
  const sum = (of: (one: Sessions) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    get: (id: string) => all.map((one) => one.get(id)).find((found) => found !== undefined),
    byUser: (id: string) => all.flatMap((one) => one.byUser(id)),
    all: () => all.flatMap((one) => one.all()),
    get size() {
      return sum((one) => one.size);
    },
    get awayCount() {
      return sum((one) => one.awayCount);
    },
    opened$: merge(...all.map((one) => one.opened$)),
    resumed$: merge(...all.map((one) => one.resumed$)),
    away$: merge(...all.map((one) => one.away$)),
    ended$: merge(...all.map((one) => one.ended$)),
  } as unknown as Sessions;
}

function isSession(client: RawClient): client is SessionClient {
  return (client as Partial<SessionClient>).welcome !== undefined;
}

/** Text that becomes hardly shorter by being compressed. */
export function noise(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}

/** The secret that resumes the session. */
export function tokenOf(client: SessionClient): string {
  return (client.welcome['session'] as { token: string }).token;
}

/** The session's public id. */
export function idOf(client: SessionClient): string {
  return (client.welcome['session'] as { id: string }).id;
}

/** Joins, and returns the `joined` frame. */
export async function joined(client: RawClient, room: string, extra: RawFrame = {}): Promise<RawFrame> {
  const answer = await client.request({ op: 'join', room, ...extra });
  if (answer['op'] !== 'joined') throw new Error(`joining ${room}: ${JSON.stringify(answer)}`);
  return answer;
}

/** What a client names a room at a resume with: the position of a frame. */
export function positionOf({ epoch, offset }: RawFrame): Position {
  return { epoch: epoch as string, offset: offset as number };
}

/** The room's next frame, whatever others come between. */
export function nextOf(client: RawClient, room: string): Promise<RawFrame> {
  return client.find((frame) => frame['room'] === room, `a frame of ${room}`);
}

/** The data of the room's next messages. */
export async function dataOf(client: RawClient, room: string, count: number): Promise<unknown[]> {
  const data: unknown[] = [];
  while (data.length < count) {
    const frame = await client.find(
      (one) => one['room'] === room && 'event' in one,
      `message ${data.length + 1} of ${room}`,
    );
    data.push(frame['data']);
  }
  return data;
}

let redis: RedisServer | undefined;
let stages = 0;

/** A store that the servers of one stage share. */
function sharedStore(clock: Clock | undefined): RedisStore {
  if (redis === undefined) throw new Error('useStage() is to be called at the top of the file');
  const date = clock && (() => clock.date());
  return redisStore({ url: redis.url, prefix: `stage-${stages}:`, ...(date && { date }) });
}

/** For the top of a file: starts stages, which are taken down after the test. */
export function useStage(): (roost?: RoostOptions) => Promise<Stage> {
  if (variant.redis) {
    beforeAll(async () => {
      const server = (redis = await RedisServer.start());
      // What one server has said is on its way to the other by then.
      atRest.wait = () => server.ask(async (client) => void (await client.ping()));
    });
    afterAll(() => redis?.end());
  }
  const open: Stage[] = [];
  afterEach(async () => {
    for (const stage of open.splice(0)) await stage.close();
  });
  return async (roost) => {
    stages++;
    const stage = await Stage.start(roost);
    open.push(stage);
    return stage;
  };
}
