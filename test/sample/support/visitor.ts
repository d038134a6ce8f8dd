import { RoostClient, type ClientRoom, type WebSocketConstructor } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import type { ChatContract } from '../../../sample-app/src/chat/chat.contract.js';
import type { SampleApp } from '../../browser/support/sample-app.js';

export const PASSWORD = 'a password of some length';

/** What a route has answered. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookie: string | undefined;
}

/** Somebody with a browser's cookies, and a connection as soon as there is something to join. */
export class Visitor {
  cookie: string | undefined;
  #client: RoostClient | undefined;

  constructor(private readonly app: SampleApp) {}

  /** Somebody with an account. */
  static async withAccount(app: SampleApp, name: string): Promise<Visitor> {
    const visitor = new Visitor(app);
    const { status, body } = await visitor.post('/api/sign-up', { name, password: PASSWORD });
    if (status !== 200) throw new Error(`${name} got no account: ${JSON.stringify(body)}`);
    return visitor;
  }

  get(path: string): Promise<Answer> {
    return this.#ask('GET', path);
  }

  post(path: string, body: object = {}): Promise<Answer> {
    return this.#ask('POST', path, body);
  }

  get client(): RoostClient {
    const headers = this.cookie === undefined ? {} : { cookie: this.cookie };
    class Socket extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols, { headers });
      }
    }
    const url = `${this.app.url.replace('http', 'ws')}/ws`;
    return (this.#client ??= new RoostClient(url, { WebSocket: Socket as unknown as WebSocketConstructor }));
  }

  /** Joins a channel, and waits until it is in. */
  async joins(channel: string): Promise<ClientRoom<ChatContract>> {
    const room = this.client.join<ChatContract>(`chat/${channel}`);
    await room.joined;
    return room;
  }

  /** The user's id. */
  async id(): Promise<string> {
    const { body } = await this.get('/api/me');
    return (body['user'] as { id: string }).id;
  }

  async leaves(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.app.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.cookie !== undefined && { cookie: this.cookie }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.split(';')[0];
    return { status: response.status, body: (await response.json()) as Record<string, unknown>, cookie };
  }
}
