import type { AnyContract } from '../protocol/contract.js';
import type { DirectFrame, PublicUser, ServerFrame, WelcomeFrame } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import { Connection } from './connection.js';
import { errorOf } from './error.js';
import { Listeners } from './listeners.js';
import { settingsOf } from './options.js';
import type { RoostClientOptions, Settings } from './options.js';
import { Requests } from './requests.js';
import type { ClientRoom, SendOptions } from './room.js';
import { Rooms } from './rooms.js';
import { Session } from './session.js';
import type { ClientStatus } from './status.js';
import { watchPage } from './wake.js';

/** @publicApi */
export interface JoinOptions {
  /** Given to the room's join handler, and given again where the room is joined anew after a lost session. */
  data?: unknown;
  /** Everything after this position is told to the listeners: a page that has loaded history goes on from there. */
  since?: Position;
}

/**
 * A connection to a Roost server that survives its sockets: it comes back by itself, goes on where it was, and every
 * promise it gives settles.
 *
 * ```ts
 * const client = new RoostClient('wss://example.org/ws', { auth: () => ({ token }) });
 * const room = client.join<ChatContract>('chat/general');
 * room.on('say', (message) => render(message));
 * await room.send('say', { text: 'hi' });
 * ```
 *
 * Listeners that throw are reported to `onError`, and harm nobody.
 *
 * @publicApi
 */
export class RoostClient {
  readonly #settings: Settings;
  readonly #statusListeners: Listeners<{ status: [status: ClientStatus] }>;
  readonly #messages: Listeners<Record<string, [data: unknown]>>;
  readonly #session: Session;
  readonly #requests: Requests;
  readonly #rooms: Rooms;
  readonly #connection: Connection;
  #unwatch: (() => void) | undefined;

  /**
   * Connects at once, unless `lazy`.
   *
   * @param url of the server's WebSocket path, `ws:` or `wss:`
   * @throws {TypeError} where there is no WebSocket class
   */
  constructor(url: string | URL, options: RoostClientOptions = {}) {
    const settings = (this.#settings = settingsOf(options));
    const { onError, storage } = settings;
    this.#statusListeners = new Listeners(onError);
    this.#messages = new Listeners(onError);
    this.#session = new Session(storage, `roost:${url}`);
    this.#requests = new Requests(settings);
    this.#rooms = new Rooms(
      this.#requests,
      onError,
      this.#session.inherited,
      (name, recovered) => {
        const { status } = this;
        // A computed name, unlike an assigned one, may be `__proto__`.
        if (status.state === 'online')
          this.#connection.tell({ ...status, rooms: { ...status.rooms, [name]: recovered } });
      },
      () => this.#connection.repair('a hole in a room'),
    );
    this.#connection = new Connection(String(url), settings, {
      hello: (auth) => {
        const { token: session, seq } = this.#session;
        return { op: 'connect', auth, ...(session && { session, seq, rooms: this.#rooms.positions() }) };
      },
      frame: (frame) => this.#read(frame),
      lost: () => {
        this.#requests.pause();
        this.#rooms.pause();
      },
      stopped: (gone, taken) => {
        this.#unwatch?.();
        this.#unwatch = undefined;
        if (gone) this.#session.forget();
        // In this order: listeners that hear of their rooms' end may already start the client again.
        this.#requests.close();
        this.#rooms.stop(gone && !taken);
      },
      status: (status) => this.#statusListeners.emit('status', status),
    });
    if (!options.lazy) this.connect();
  }

  /** How the client stands now. */
  get status(): ClientStatus {
    return this.#connection.status;
  }

  /**
   * Tells each new status.
   *
   * @returns a function that takes the listener away again
   */
  onStatus(listener: (status: ClientStatus) => void): () => void {
    return this.#statusListeners.add('status', listener);
  }

  /** The session's public id; `undefined` before the first connection, and after the session's end. */
  get session(): { readonly id: string } | undefined {
    return this.#session.open;
  }

  /** Whom the server takes this client for, where its authenticator says so. */
  get user(): PublicUser | undefined {
    return this.#session.user;
  }

  /**
   * Joins a room, now or as soon as there is a connection. A room this client is in, or about to be, is returned as it is, and
   * `options` are ignored. Refusals come through the room's `joined` and `onLeft`.
   *
   * @typeParam C the room's contract, shared with the server
   * @throws {TypeError} where `data` cannot be JSON
   */
  join<C extends object = AnyContract>(name: string, options?: JoinOptions): ClientRoom<C> {
    // A membership carries any contract: at run time events are strings, and data is whatever comes.
    return this.#rooms.join(name, options?.data, options?.since) as unknown as ClientRoom<C>;
  }

  /**
   * Messages that are not of a room: direct ones to this session, each once and in order, also across a reconnect, and
   * what ordinary gateways send.
   *
   * @returns a function that takes the listener away again
   */
  on(event: string, listener: (data: unknown) => void): () => void {
    return this.#messages.add(event, listener);
  }

  /**
   * Sends an event to an ordinary `@SubscribeMessage` handler, and resolves with its answer, also across a reconnect. Waits
   * where the client is not connected.
   *
   * @throws {RoostError} as `ClientRoom.send` does
   */
  send(event: string, data?: unknown, options?: SendOptions): Promise<unknown> {
    return this.#requests.ask({ event, data }, options?.timeout);
  }

  /** Closes the connection and keeps the session: the server holds it for its time to live. `connect()` comes back. */
  drop(): void {
    this.#connection.drop();
  }

  /**
   * Connects now: a lazy, dropped or closed client, or one that waits to come back. Does nothing where a connection stands or
   * is on its way. After `taken-over` it opens a session of its own, with the rooms of before.
   */
  connect(): void {
    this.#requests.open();
    this.#unwatch ??= watchPage({
      awake: () => this.#connection.check(),
      offline: () => this.#connection.link && this.#connection.check(),
      hide: () => this.#session.save(this.#rooms.positions()),
      show: () => this.#session.takeBack(),
    });
    this.#connection.connect();
  }

  /**
   * Ends the session. Rooms are left, and every promise settles: with `CLOSED` what was never sent, with `OUTCOME_UNKNOWN`
   * what was sent and not answered. Resolves once the socket is closed, after 3 s at most. A client that is away cannot tell
   * the server: there the session ends with its time to live.
   */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  #read(frame: ServerFrame): void {
    const room = 'room' in frame ? this.#rooms.get(frame.room) : undefined;
    if (!('op' in frame)) {
      if ('room' in frame) room?.take(frame);
      else this.#takeMessage(frame);
      return;
    }
    switch (frame.op) {
      case 'welcome':
        return this.#welcome(frame);
      case 'ping':
        return this.#pong();
      case 'reconnect':
        return this.#connection.hint(frame.after);
      case 'skip':
      case 'retract':
        return room?.take(frame);
      case 'gap':
        return room?.cut(frame);
      case 'presence':
        return room?.changed(frame);
      case 'complete':
        return room?.completed(frame.event);
      case 'left':
        if (!this.#requests.settle(frame)) room?.removed(frame.reason);
        return;
      case 'ack':
      case 'joined':
      case 'error':
        if (this.#requests.settle(frame) || frame.op !== 'error' || frame.id !== undefined) return;
        if (this.status.state === 'online') this.#settings.onError(errorOf(frame));
        else this.#connection.refuse(errorOf(frame));
        return;
      default:
      // A pong, whose coming is all there is to it; or a frame of a newer server.
    }
  }

  #welcome(frame: WelcomeFrame): void {
    const { link } = this.#connection;
    if (!link) return;
    const { resumed, rooms = {}, direct, limits, lastId } = frame;
    this.#session.welcome(frame);
    if (!resumed) this.#requests.forget();
    this.#connection.online({
      state: 'online',
      resumed,
      rooms: Object.fromEntries(Object.entries(rooms).map(([name, { recovered }]) => [name, recovered])),
      direct: direct?.recovered ?? true,
    });
    // Listeners may have ended the connection by now, here and below.
    if (!link.over) this.#rooms.welcome(frame);
    if (!link.over) this.#requests.resume((text) => link.write(text), limits, lastId);
  }

  #takeMessage({ event, data, seq }: DirectFrame): void {
    if (seq !== undefined) {
      if (!this.#session.receive(seq)) return;
      if (this.#session.owesPong) this.#pong();
    }
    this.#messages.emit(event, data);
  }

  #pong(): void {
    this.#connection.link?.send({ op: 'pong', seq: this.#session.acknowledge() });
  }
}
