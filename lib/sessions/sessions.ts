import { Subject, type Observable } from 'rxjs';
import type { Connection, ConnectionMode } from '../connection/connection.js';
import { TokenBucket, type TokenRate } from '../connection/token-bucket.js';
import { CloseCode, endsSession, type ConnectFrame, type SessionLimits } from '../protocol/index.js';
import type { User } from '../rooms/member.js';
import type { Rooms } from '../rooms/rooms.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { Answers } from './answers.js';
import { Absence } from './absence.js';
import { Attachments } from './attachments.js';
import type { AwayLimits } from './away-list.js';
import { DirectQueue } from './direct-queue.js';
import { Ending } from './ending.js';
import { Lanes } from './lanes.js';
import { Migration } from './migration.js';
import { Restoration } from './restoration.js';
import { Registry } from './registry.js';
import { Resumption } from './resumption.js';
import { RunningHooks } from './running-hooks.js';
import { Session, type Identity, type SessionEndReason } from './session.js';
import { newSessionId, newToken } from './token.js';

/** What the app wants to hear of a session's life. None of these rejects. */
export interface SessionHooks {
  open(session: Session): Promise<void>;
  resume(session: Session): Promise<void>;
  end(session: Session, reason: SessionEndReason): Promise<void>;
}

/** Durations in milliseconds, sizes in bytes. */
export interface SessionOptions extends AwayLimits {
  readonly ttl: number;
  readonly answers: { readonly count: number; readonly bytes: number };
  readonly direct: { readonly count: number; readonly bytes: number };
  readonly messages: TokenRate | false;
  readonly replay: number;
  readonly resumeTimeout: number;
  readonly handlerTimeout: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
  readonly limits: SessionLimits;
}

export interface SessionsParts {
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly hooks: SessionHooks;
  readonly options: SessionOptions;
  readonly onError: (error: unknown, what: string) => void;
}

/** @publicApi */
export interface SessionEnded {
  readonly session: Session;
  readonly reason: SessionEndReason;
}

/**
 * All sessions of this node. Inject it to find one, and to hear of their comings and goings.
 *
 * @publicApi
 */
export class Sessions {
  readonly #registry = new Registry();
  readonly #absence: Absence;
  readonly #attachments: Attachments;
  readonly #ending: Ending;
  readonly #restoration: Restoration;
  readonly #resumption: Resumption;
  readonly #hooks = new RunningHooks();
  readonly #opened = new Subject<Session>();
  readonly #resumed = new Subject<Session>();
  readonly #wentAway = new Subject<Session>();
  readonly #ended = new Subject<SessionEnded>();
  /** Between the nodes that share the store; nothing where there is one. */
  readonly #migration: Migration | undefined;

  /** @internal Since the start: sessions opened, messages skipped for slow readers, and what became of who came back. */
  readonly counts = { opened: 0, skipped: 0, recovered: 0, gaps: 0, lost: 0 };

  /** Sessions that begin. */
  readonly opened$: Observable<Session> = this.#opened.asObservable();
  /** Sessions that come back. */
  readonly resumed$: Observable<Session> = this.#resumed.asObservable();
  /** Sessions that have lost their connection. */
  readonly away$: Observable<Session> = this.#wentAway.asObservable();
  /** Sessions that end, with the reason. */
  readonly ended$: Observable<SessionEnded> = this.#ended.asObservable();

  /** @internal */
  constructor(private readonly parts: SessionsParts) {
    const { options, clock, wheel, rooms, hooks, onError } = parts;
    this.#absence = new Absence(wheel, options.ttl, options, {
      wentAway: (session) => this.#wentAway.next(session),
      end: (session, reason) => this.#ending.end(session, reason),
      drop: (session) => this.#drop(session),
    });
    this.#attachments = new Attachments(clock, wheel, this.#absence);
    this.#ending = new Ending({
      attachments: this.#attachments,
      hooks: this.#hooks,
      wheel,
      remove: (session) => {
        this.#remove(session);
        this.#migration?.forget(session);
      },
      tell: (session, reason) => {
        const told = hooks.end(session, reason);
        this.#ended.next({ session, reason });
        return told;
      },
      onError,
    });
    this.#resumption = new Resumption({
      rooms,
      wheel,
      replay: options.replay,
      timeout: options.resumeTimeout,
      attachments: this.#attachments,
      vacate: (...given) => this.#ending.vacate(...given),
      welcome: (...given) => this.#welcome(...given),
      onError,
    });
    this.#restoration = new Restoration(
      rooms,
      {
        create: (...given) => this.#create(...given),
        record: (session, { generation, fields }, away) => this.#migration?.record(session, generation, fields, away),
        add: (session) => this.#registry.add(session),
        finish: (session, reason) => this.#ending.finish(session, reason),
        track: (hook) => this.#hooks.add(hook),
      },
      onError,
    );
    const { cluster } = rooms.store;
    if (cluster === undefined) return;
    this.#migration = new Migration({
      cluster,
      clock,
      wheel,
      ttl: options.ttl,
      handlerTimeout: options.handlerTimeout,
      onError,
      here: {
        get: (id) => this.#registry.get(id),
        all: () => this.all(),
        byToken: (token) => this.byToken(token),
        restore: (...given) => this.#restoration.restore(...given),
        fence: (session) => this.#fence(session, CloseCode.TAKEN_OVER),
        drop: (session) => this.#drop(session),
        expelled: (session, room, reason) => rooms.kicks?.ask(room, session.id, reason),
        outOf: (session, room) => rooms.roster?.write(room, session.id, session.generation, undefined),
        away: (session, awayFor) => {
          if (session.mode === 'plain') this.#ending.end(session, 'closed');
          else this.#absence.begin(session, options.ttl - awayFor);
        },
      },
    });
  }

  // ---- finding -----------------------------------------------------------------------------------------------------

  /** How many there are, those away included. */
  get size(): number {
    return this.#registry.size;
  }

  /** How many are away. */
  get awayCount(): number {
    return this.#absence.size;
  }

  /** @param id the public id */
  get<U extends User | undefined = User | undefined, D extends object = Record<string, unknown>>(
    id: string,
  ): Session<U, D> | undefined {
    return this.#registry.get(id) as unknown as Session<U, D> | undefined;
  }

  /** Sessions of one user: one for each of their pages and devices. */
  byUser<U extends User = User>(userId: string): Session<U>[] {
    return this.#registry.byUser(userId) as unknown as Session<U>[];
  }

  /** All of them. */
  all(): Session[] {
    return this.#registry.all();
  }

  // ---- a session's life --------------------------------------------------------------------------------------------

  /** @internal Begins to share sessions with other nodes, where there may be any. */
  async start(): Promise<void> {
    await this.#migration?.start();
  }

  /**
   * @internal Opens a session for a connection and welcomes it.
   *
   * @param ready called before the first request is let through
   */
  async open(connection: Connection, identity: Identity, ready: (session: Session) => void): Promise<void> {
    const session = this.#create(newSessionId(), identity.user, connection.address, connection.mode);
    const token = session.mode === 'session' ? newToken(session.id) : undefined;
    if (token !== undefined) session.tokens.issue(token);
    const record = (session.record = this.#migration?.record(session));
    if (record !== undefined) {
      const created = record.create();
      // A client that has been told of its session must find it on any node.
      if (token !== undefined) await created;
      else created.catch((error: unknown) => this.parts.onError(error, 'session'));
      if (connection.closed) {
        await record.remove();
        return;
      }
    }
    this.#registry.add(session);
    this.counts.opened++;
    this.#attachments.attach(session, connection, identity);
    if (token !== undefined) connection.send({ ...this.#welcome(session, token), resumed: false });
    this.#hooks.add(this.parts.hooks.open(session));
    this.#opened.next(session);
    ready(session);
    connection.welcome();
  }

  /** @internal The session on this node that a token resumes. */
  byToken(token: string): Session | undefined {
    return this.#registry.byToken(token);
  }

  /** @internal Whose session a token resumes that is not on this node. */
  async holder(token: string): Promise<{ readonly user: User | undefined } | undefined> {
    return this.#migration?.look(token);
  }

  /** @internal The session on another node that a token resumes, brought to this one. */
  async fetch(token: string): Promise<Session | undefined> {
    return this.#migration?.fetch(token);
  }

  /**
   * @internal Gives a session to a newer connection. The caller has made sure that the session is the user's.
   *
   * @param ready called before the first request is let through
   * @returns whether the connection got it; where not, it has been closed
   */
  resume(
    session: Session,
    connection: Connection,
    frame: ConnectFrame,
    identity: Identity,
    ready: () => void,
  ): Promise<boolean> {
    return this.#resumption.resume(session, connection, frame, identity, (recovered) => {
      this.counts[recovered ? 'recovered' : 'gaps']++;
      this.#hooks.add(this.parts.hooks.resume(session));
      this.#resumed.next(session);
      ready();
      connection.welcome();
    });
  }

  /** @internal A session's connection, or one that has claimed it, is gone. */
  lost(session: Session, connection: Connection, code: number): void {
    if (session.ended || (session.connection !== connection && session.claimant !== connection)) return;
    this.#attachments.detach(session);
    if (session.mode === 'plain' || endsSession(code)) this.#ending.endInTurn(session);
    else this.#absence.begin(session);
  }

  /** @internal A session was brought here for a client that has gone meanwhile. */
  abandoned(session: Session): void {
    if (!session.ended && session.connection === undefined && session.claimant === undefined)
      this.#absence.begin(session);
  }

  /** @internal Ends all sessions, or leaves them to the other nodes, and waits for their hooks. */
  async close(): Promise<void> {
    if (this.#migration === undefined) {
      for (const session of this.all()) this.#ending.end(session, 'shutdown', CloseCode.RESTARTING);
    } else {
      await this.#migration.close();
      for (const session of this.all()) this.#drop(session);
    }
    await this.#hooks.idle();
    for (const subject of [this.#opened, this.#resumed, this.#wentAway, this.#ended]) subject.complete();
  }

  // ---- building and taking apart -----------------------------------------------------------------------------------

  #create(id: string, user: User | undefined, address: string, mode: ConnectionMode): Session {
    const { options, clock, rooms } = this.parts;
    return new Session(id, user, address, mode, {
      answers: new Answers({ ...options.answers, discarded: options.limits.pending }),
      direct: new DirectQueue(options.direct),
      lanes: new Lanes(),
      bucket: options.messages === false ? undefined : new TokenBucket(options.messages, clock.now()),
      frameLimit: options.limits.frame,
      departures: options.limits.rooms,
      track: (hook) => this.#hooks.add(hook),
      skipped: (count) => (this.counts.skipped += count),
      handle: (room) => rooms.handle(room, () => {}),
      end: (...given) => this.#ending.end(...given),
    });
  }

  #remove(session: Session): void {
    session.absence?.cancel();
    this.#absence.end(session);
    this.#registry.remove(session);
  }

  // ---- between nodes -----------------------------------------------------------------------------------------------

  /** Takes a session's connection away for good. */
  #fence(session: Session, code: number): void {
    const { connection, claimant } = session;
    session.parts.lanes.discardWaiting();
    this.#attachments.detach(session);
    this.#remove(session);
    for (const fenced of [connection, claimant]) {
      if (code === CloseCode.TAKEN_OVER) fenced?.close(code, 'taken over by a newer connection');
      else fenced?.closeWithHint(code, 'the session is on another server', 0);
    }
  }

  #drop(session: Session): void {
    if (session.ended) return;
    this.#fence(session, CloseCode.RESTARTING);
    session.markEnded();
    session.record?.close();
    this.#migration?.forget(session);
    for (const { room, membership } of session.seats.values()) room.handOver(membership);
    session.seats.clear();
  }

  #welcome(session: Session, token: string) {
    const { ttl, heartbeat, limits } = this.parts.options;
    const user = session.publicUser;
    return {
      op: 'welcome',
      session: { id: session.id, token, ttl },
      lastId: session.parts.answers.lastId,
      ...(user !== undefined && { user }),
      heartbeat,
      limits,
    } as const;
  }
}
