import { afterEach } from '@jest/globals';
import { RoostClient } from 'nestjs-roost/client';
import type { ClientRoom, ClientStatus, RoostClientOptions } from 'nestjs-roost/client';
import { WebSocket } from 'ws';

import { FakeServer, Inbox, soon } from './fake-server.js';
import type { Peer } from './fake-server.js';
import { ManualClock } from './manual-clock.js';

/** One test's client with its server; random numbers are 1/2, and time stands still unless it is told. */
export class Scene {
  readonly clock = new ManualClock();
  /** What the client reported through `onError`. */
  readonly errors: unknown[] = [];
  readonly statuses = new Inbox<ClientStatus>();
  readonly server: FakeServer;
  readonly #clients: RoostClient[] = [];

  constructor(server: FakeServer) {
    this.server = server;
  }

  client(options: RoostClientOptions = {}): RoostClient {
    const client = new RoostClient(this.server.url, {
      WebSocket,
      clock: this.clock,
      random: () => 0.5,
      onError: (error) => this.errors.push(error),
      ...options,
    });
    client.onStatus((status) => this.statuses.put(status));
    this.#clients.push(client);
    return client;
  }

  /** A client that is welcome, with its server's end. */
  async online(
    options: RoostClientOptions = {},
    welcome: Parameters<Peer['welcome']>[0] = {},
  ): Promise<{ client: RoostClient; peer: Peer }> {
    const client = this.client(options);
    const peer = await this.server.peer();
    await peer.welcome(welcome);
    await this.status('online');
    return { client, peer };
  }

  /** The next status of this state; those before it are passed over. */
  async status<S extends ClientStatus['state']>(state: S): Promise<Extract<ClientStatus, { state: S }>> {
    for (;;) {
      const status = await this.statuses.next(`the status "${state}"`);
      if (status.state === state) return status as Extract<ClientStatus, { state: S }>;
    }
  }

  /** When the client, which is away or about to be, comes back. Statuses of until then are passed over. */
  async waiting(): Promise<number> {
    for (;;) {
      const status = this.statuses.all.at(-1);
      this.statuses.skip();
      if (status?.state === 'away' && status.retryAt !== undefined) return status.retryAt;
      await this.statuses.arrival('a status of a client that is to come back');
    }
  }

  async end(): Promise<void> {
    const closing = this.#clients.map((client) => client.close());
    await this.server.stop();
    await soon(Promise.all(closing), 'close() of a client');
    if (this.clock.waiting.length > 0) throw new Error(`timers left: ${this.clock.waiting.join(', ')} ms`);
  }
}

const scenes: Scene[] = [];

/** Begins a test. Whatever it opens is closed after it, and no timer may be left. */
export async function scene(): Promise<Scene> {
  const scene = new Scene(await FakeServer.start());
  scenes.push(scene);
  return scene;
}

afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.end();
});

/** Lets a client that is away begin its next attempt, and meets it. */
export async function back(scene: Scene): Promise<Peer> {
  scene.clock.advance((await scene.waiting()) - scene.clock.now());
  return scene.server.peer();
}

/** The error that the promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return soon(
    promise.then(
      (value) => {
        throw new Error(`should have been rejected, came to ${JSON.stringify(value)}`);
      },
      (error: Error) => error,
    ),
    'a rejection',
  );
}

/** Joins a room that the server lets the client into at `offset` of the epoch `e`. */
export async function joined(client: RoostClient, peer: Peer, name: string, offset = 0): Promise<ClientRoom> {
  const room = client.join(name);
  const { id } = await peer.next({ op: 'join', room: name });
  peer.send({ op: 'joined', id, room: name, epoch: 'e', offset });
  await soon(room.joined, `joining ${name}`);
  return room;
}
