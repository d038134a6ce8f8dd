import { afterEach } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ClientOptions } from 'ws';
import { startApp, type TestApp, type TestAppOptions } from '../../support/app.js';
import { RawClient, type RawFrame } from '../../support/raw-client.js';

export type SessionClient = RawClient & { welcome: RawFrame };

/** What an upgrade was answered with, where it was not upgraded. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** Apps and clients of one test; all of them end with it. */
export class Scene {
  readonly #apps: TestApp[] = [];
  readonly #clients: RawClient[] = [];

  /** Starts an app; clients go to the one started last. */
  async start(options: TestAppOptions): Promise<TestApp> {
    const started = await startApp(options);
    this.#apps.push(started);
    return started;
  }

  get url(): string {
    const app = this.#apps.at(-1);
    if (app === undefined) throw new Error('no app has been started');
    return app.url;
  }

  async session(connect: RawFrame = {}, options: ClientOptions = {}): Promise<SessionClient> {
    return this.#keep(await RawClient.session(this.url, connect, options));
  }

  /** A session that is in a room. */
  async member(room: string, data?: unknown): Promise<SessionClient> {
    const client = await this.session();
    const answer = await client.request({ op: 'join', room, data });
    if (answer['op'] !== 'joined') throw new Error(`${room} was not joined: ${JSON.stringify(answer)}`);
    return client;
  }

  /** Cuts a session's connection and comes back, with what the client knows of its rooms. */
  async comeBack(client: SessionClient, rooms: RawFrame): Promise<SessionClient> {
    await client.cut();
    return this.session({ session: client.welcome['session'].token, rooms });
  }

  async silent(options: ClientOptions = {}): Promise<RawClient> {
    return this.#keep(await RawClient.silent(this.url, options));
  }

  async plain(url = this.url, options: ClientOptions = {}): Promise<RawClient> {
    return this.#keep(await RawClient.plain(url, options));
  }

  async end(): Promise<void> {
    await Promise.all(this.#apps.splice(0).map((app) => app.close()));
    await Promise.all(this.#clients.splice(0).map((client) => client.cut()));
  }

  #keep<C extends RawClient>(client: C): C {
    this.#clients.push(client);
    return client;
  }
}

/** A scene that ends after each test of the file. */
export function useScene(): Scene {
  const scene = new Scene();
  afterEach(() => scene.end());
  return scene;
}

/** Asks for an upgrade that is refused. */
export async function refusedUpgrade(url: string, headers: Record<string, string> = {}): Promise<Refusal> {
  const asked = request(url.replace(/^ws/, 'http'), {
    agent: false,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      ...headers,
    },
  });
  asked.end();
  const upgraded = once(asked, 'upgrade').then(([, socket]) => {
    (socket as { destroy(): void }).destroy();
    throw new Error(`${url} was upgraded`);
  });
  const answered = once(asked, 'response');
  const [response] = (await Promise.race([answered, upgraded])) as [import('node:http').IncomingMessage];
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body: body === '' ? '' : JSON.parse(body) };
}
