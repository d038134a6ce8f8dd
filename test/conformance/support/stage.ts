import { afterEach } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Rooms, Sessions, type Position, type Room, type RoostOptions, type Session } from 'nestjs-roost';
import type { ClientOptions } from 'ws';
import { startApp, type TestApp } from '../../support/app.js';
import { RawClient, type RawFrame } from '../../support/raw-client.js';
import { Script, scripted } from './script.js';
import { gathered } from '../../support/variant.js';
import { next } from './wait.js';

export type SessionClient = RawClient & { welcome: RawFrame };

type ConnectOptions = ClientOptions & { readonly by?: string };

/** Messages of a flood at most: more than the network between two sockets takes by far. */
const FLOOD = 1_000;

/** A real app whose handlers do what the test says, and its clients. */
export class Stage {
  readonly script: Script;
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly #clients = new Set<RawClient>();

  private constructor(private readonly server: TestApp) {
    this.script = server.app.get(Script);
    this.rooms = server.app.get(Rooms);
    this.sessions = server.app.get(Sessions);
  }

  static async start(roost: RoostOptions = {}): Promise<Stage> {
    return new Stage(await startApp({ roost, providers: scripted }));
  }

  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  get app(): TestApp['app'] {
    return this.server.app;
  }

  get calls(): string[] {
    return this.script.calls;
  }

  // ---- clients -----------------------------------------------------------------------------------------------------

  /** Opens or resumes a session; `by` is another URL to take, as that of a proxy. */
  async session(connect: RawFrame = {}, options: ConnectOptions = {}): Promise<SessionClient> {
    const { by = this.url, ...rest } = options;
    return this.#keep(await RawClient.session(by, connect, rest));
  }

  /** Resumes a client's session on a new connection. */
  resume(client: SessionClient, connect: RawFrame = {}, options: ConnectOptions = {}): Promise<SessionClient> {
    return this.session({ session: tokenOf(client), ...connect }, options);
  }

  /** Opens a connection that offers `roost.v1` and sends nothing. */
  async silent(options: ConnectOptions = {}): Promise<RawClient> {
    const { by = this.url, ...rest } = options;
    return this.#keep(await RawClient.silent(by, rest));
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
  }

  // ---- the server's side -------------------------------------------------------------------------------------------

  room(name: string): Room {
    return this.rooms.get(name);
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
    await Promise.all([...this.#clients].map((client) => client.cut()));
    await this.server.close();
  }

  #keep<T extends RawClient>(client: T): T {
    this.#clients.add(client);
    return client;
  }
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

/** For the top of a file: starts stages, which are taken down after the test. */
export function useStage(): (roost?: RoostOptions) => Promise<Stage> {
  const open: Stage[] = [];
  afterEach(async () => {
    for (const stage of open.splice(0)) await stage.close();
  });
  return async (roost) => {
    const stage = await Stage.start(roost);
    open.push(stage);
    return stage;
  };
}
