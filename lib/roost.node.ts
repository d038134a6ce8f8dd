import { Logger } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Connection } from './connection/connection.js';
import { Heartbeat } from './connection/heartbeat.js';
import { Traffic } from './connection/traffic.js';
import { Turn } from './connection/turn.js';
import type { Authenticate } from './gateway/authentication.js';
import { ROOST_PATH } from './gateway/decorators.js';
import { Entrance, type OnClient } from './gateway/entrance.js';
import { Gatekeeper, type HttpRefusal } from './gateway/gatekeeper.js';
import type { BoundHandlers } from './gateway/ordinary-handlers.js';
import type { RoomDeclaration } from './gateway/room-gateways.js';
import { CloseCode } from './protocol/index.js';
import { Rooms } from './rooms/rooms.js';
import { ErrorLog } from './roost.log.js';
import { RoostMetrics } from './roost.metrics.js';
import type { ResolvedOptions } from './roost.options.js';
import { Requests, type OrdinaryHandlers } from './sessions/requests.js';
import { Sessions, type SessionHooks } from './sessions/sessions.js';
import { MemoryStore } from './store/memory-store.js';
import { RoomStreams } from './streams/room-streams.js';
import { TimerWheel } from './time/timer-wheel.js';

/** What the app does, read from its gateways. */
export interface AppParts {
  /** Called once, before the gateways are bound. */
  readonly prepare: () => void;
  readonly rooms: () => readonly RoomDeclaration[];
  readonly ordinary: OrdinaryHandlers;
  readonly hooks: SessionHooks;
}

/** The engine of one app: builds its parts, and takes them down again. */
export class RoostNode {
  /** What Nest has bound to a client; the adapter knows. */
  boundTo: (client: WebSocket) => readonly BoundHandlers[] = () => [];
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly heartbeat: Heartbeat;
  readonly metrics: RoostMetrics;
  readonly #entrance: Entrance;
  readonly #gatekeeper: Gatekeeper;
  readonly #streams: RoomStreams;
  readonly #wheel: TimerWheel;
  readonly #turn: Turn;
  readonly #app: AppParts;
  readonly #logger = new Logger('Roost');
  readonly #errors = new ErrorLog();
  #started = false;
  #drained: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  readonly #store: NonNullable<ResolvedOptions['store']>;

  constructor(
    readonly options: ResolvedOptions,
    authenticate: Authenticate | undefined,
    app: (node: RoostNode) => AppParts,
  ) {
    this.#app = app(this);
    const { hooks, ordinary } = this.#app;
    const { clock, limits, timeouts, session, heartbeat } = options;
    const onError = (error: unknown, what: string): void => this.report(error, what);
    const wheel = (this.#wheel = new TimerWheel(clock, (error) => onError(error, 'timer')));
    const turn = (this.#turn = new Turn(clock, options.fanOut.window));
    const store = (this.#store = options.store ?? new MemoryStore({ date: () => clock.date() }));
    this.heartbeat = new Heartbeat(heartbeat, clock, wheel);
    this.rooms = new Rooms(
      { store, wheel, turn, onError, compressFrom: compressionThreshold(options) },
      { frameLimit: limits.frame, date: () => clock.date(), prepare: () => this.start() },
    );
    this.#streams = new RoomStreams(this.rooms, {
      wheel,
      onError,
      date: () => clock.date(),
      frameLimit: limits.frame,
      elect: (task, onChange) => store.elect(task, onChange),
      publish: (room, message) => store.publish(room, message),
    });
    this.sessions = new Sessions({
      rooms: this.rooms,
      clock,
      wheel,
      onError,
      hooks,
      options: {
        ...session,
        messages: limits.messages,
        replay: limits.replay,
        resumeTimeout: timeouts.resume,
        handlerTimeout: timeouts.handler,
        heartbeat,
        limits: { frame: limits.frame, rooms: limits.rooms, pending: limits.pending },
      },
    });
    this.#gatekeeper = new Gatekeeper(
      { ...options, connections: limits.connections, authenticate, timeout: timeouts.connect },
      clock,
      wheel,
      onError,
    );
    const comeBackAfter = () => this.#comeBackAfter();
    const requests = new Requests({
      rooms: this.rooms,
      ordinary,
      clock,
      wheel,
      onError,
      draining: () => this.#gatekeeper.draining,
      onFlood: (connection) => connection.closeWithHint(CloseCode.RATE_LIMITED, 'too many messages', comeBackAfter()),
      limits: {
        ...limits,
        handlerTimeout: timeouts.handler,
        refusals: limits.messages === false ? 0 : limits.messages.burst,
      },
    });
    const traffic = new Traffic();
    this.#entrance = new Entrance({
      gatekeeper: this.#gatekeeper,
      sessions: this.sessions,
      requests,
      plain: options.plain,
      comeBackAfter,
      onError,
      connection: {
        clock,
        wheel,
        turn,
        heartbeat: this.heartbeat,
        traffic,
        options: {
          connectTimeout: timeouts.connect,
          closeTimeout: heartbeat.timeout,
          frameLimit: limits.frame,
          connectLimit: limits.connect,
          queueLimit: limits.queue,
          badFrames: limits.badFrames,
          held: limits.held,
          comeBackAfter,
        },
      },
    });
    const { rooms, sessions, heartbeat: pulse } = this;
    const connections = () => this.#entrance.connections;
    this.metrics = new RoostMetrics({ traffic, rooms, sessions, heartbeat: pulse, connections });
  }

  /**
   * Reads the app's gateways, once.
   *
   * @throws {Error} where a gateway cannot work
   */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#app.prepare();
    for (const { definition, streams } of this.#app.rooms()) {
      this.rooms.define(definition);
      this.#streams.define(definition, streams);
    }
  }

  /** Whether gateways with this path are on Roost's server. */
  servesPath(path: string | undefined): boolean {
    return path === ROOST_PATH || normalPath(path) === normalPath(this.options.path);
  }

  /** Bytes of the largest frame that any client may send. */
  get maxPayload(): number {
    return Math.max(this.options.limits.frame, this.options.limits.connect);
  }

  /** Looks at a request before it is upgraded. Never rejects. */
  async check(request: IncomingMessage): Promise<HttpRefusal | undefined> {
    try {
      return await this.#gatekeeper.check(request);
    } catch (error) {
      this.report(error, 'upgrade');
      return { status: 500, message: 'something went wrong' };
    }
  }

  accept(client: WebSocket, request: IncomingMessage, onClient: OnClient): void {
    this.#entrance.accept(client, request, onClient);
  }

  clientOf(connection: Connection | undefined): WebSocket | undefined {
    return connection && this.#entrance.clientOf(connection);
  }

  report(error: unknown, what: string): void {
    this.#errors.report(error, what);
  }

  /** Lets nobody in, and sends all clients away, each with a hint when to come back. */
  drain(): Promise<void> {
    return (this.#drained ??= this.#drain());
  }

  /** Ends all sessions and everything that waits. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #drain(): Promise<void> {
    this.#gatekeeper.drain();
    for (const connection of [...this.#entrance.connections]) {
      connection.closeWithHint(CloseCode.RESTARTING, 'restarting', this.#comeBackAfter());
    }
    await this.#inTime(this.#entrance.emptied(), 'goodbyes to clients');
  }

  async #close(): Promise<void> {
    await this.drain();
    await this.#inTime(this.sessions.close(), 'session hooks');
    this.#streams.close();
    this.rooms.close();
    this.heartbeat.close();
    this.#turn.close();
    this.#wheel.close();
    await this.#store.close();
  }

  /** Waits for the app's hooks, but not longer than it may. */
  async #inTime(work: Promise<void>, what: string): Promise<void> {
    const { timeouts, clock } = this.options;
    let timer: unknown;
    const over = new Promise<'over'>((resolve) => {
      timer = clock.setTimeout(() => resolve('over'), timeouts.drain);
    });
    const outcome = await Promise.race([work, over]);
    clock.clearTimeout(timer);
    if (outcome === 'over') this.#logger.warn(`${what} still run after ${timeouts.drain} ms; going down without them`);
  }

  #comeBackAfter(): number {
    const { shutdown, clock } = this.options;
    return Math.round(shutdown.after + clock.random() * shutdown.spread);
  }
}

/** Bytes from which a message is worth compressing: below, what is saved is less than a packet's own overhead. */
const COMPRESS_FROM = 1_024;

function compressionThreshold({ compression }: ResolvedOptions): number {
  return typeof compression === 'object' ? (compression.threshold ?? COMPRESS_FROM) : COMPRESS_FROM;
}

/** A path as Nest's adapter takes it: no path is the root, and a slash at the end says nothing. */
function normalPath(path = ''): string {
  return `/${path.replace(/^\/+|\/+$/g, '')}`;
}
