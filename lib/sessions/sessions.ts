import { Subject, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { TokenBucket, type TokenRate } from '../connection/token-bucket.js';
import {
  CloseCode,
  encodeFrame,
  endsSession,
  type ConnectFrame,
  type LeaveReason,
  type Position,
  type ResumedRoom,
  type SessionLimits,
} from '../protocol/index.js';
import type { User } from '../rooms/member.js';
import type { Rooms } from '../rooms/rooms.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { Answers } from './answers.js';
import { AwayList, type AwayLimits } from './away-list.js';
import { withDeadline } from './deadline.js';
import { DirectQueue } from './direct-queue.js';
import { Lanes } from './lanes.js';
import { isRecoverable } from './requests.js';
import { Session, type SessionEndReason } from './session.js';
import { hashToken, newSessionId, newToken } from './token.js';

/** How long a session is away, in milliseconds, before its rooms show it as such. */
const ABSENT_AFTER = 5_000;

/** Who a connection belongs to, and until when. */
export interface Identity {
  readonly user: User | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

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
  readonly #sessions = new Map<string, Session>();
  readonly #byToken = new Map<string, Session>();
  readonly #byUser = new Map<string, Set<Session>>();
  readonly #away: AwayList;
  readonly #hooks = new Set<Promise<void>>();
  readonly #opened = new Subject<Session>();
  readonly #resumed = new Subject<Session>();
  readonly #wentAway = new Subject<Session>();
  readonly #ended = new Subject<SessionEnded>();

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
    this.#away = new AwayList(parts.options);
  }

  // ---- finding -----------------------------------------------------------------------------------------------------

  /** How many there are, those away included. */
  get size(): number {
    return this.#sessions.size;
  }

  /** How many are away. */
  get awayCount(): number {
    return this.#away.size;
  }

  /** @param id the public id */
  get<U extends User | undefined = User | undefined, D extends object = Record<string, unknown>>(
    id: string,
  ): Session<U, D> | undefined {
    return this.#sessions.get(id) as unknown as Session<U, D> | undefined;
  }

  /** Sessions of one user: one for each of their pages and devices. */
  byUser<U extends User = User>(userId: string): Session<U>[] {
    return [...(this.#byUser.get(userId) ?? [])] as unknown as Session<U>[];
  }

  /** All of them. */
  all(): Session[] {
    return [...this.#sessions.values()];
  }

  // ---- a session's life --------------------------------------------------------------------------------------------

  /**
   * @internal Opens a session for a connection and welcomes it.
   *
   * @param ready called before the first request is let through
   */
  open(connection: Connection, identity: Identity, ready: (session: Session) => void): Session {
    const session = this.#create(connection, identity);
    this.#settle(session, connection, identity);
    if (session.mode === 'session') {
      connection.send({ ...this.#welcome(session, this.#issue(session)), resumed: false });
    }
    this.#run(this.parts.hooks.open(session));
    this.#opened.next(session);
    ready(session);
    connection.welcome();
    return session;
  }

  /** @internal The session that a token resumes. */
  byToken(token: string): Session | undefined {
    return this.#byToken.get(hashToken(token));
  }

  /**
   * @internal Gives a session to a newer connection: fences the older, asks the rooms again, then welcomes it with
   * everything that it missed.
   *
   * The caller has made sure that the session is the user's. Whoever claims the session while rooms are asked takes it
   * over in turn.
   *
   * @param ready called before the first request is let through
   * @returns whether the connection got it; where not, it has been closed
   */
  async resume(
    session: Session,
    connection: Connection,
    frame: ConnectFrame,
    identity: Identity,
    ready: () => void,
  ): Promise<boolean> {
    this.#claim(session, connection, hashToken(frame.session ?? ''));
    await this.#askRooms(session, connection);
    const spans = await this.#spans(session);
    // From here to the end nothing waits.
    if (session.claimant !== connection) return false;
    session.claimant = undefined;
    this.#settle(session, connection, identity);

    const named = new Map(Object.entries(frame.rooms ?? {}));
    const rooms: Record<string, ResumedRoom> = Object.create(null) as Record<string, ResumedRoom>;
    const starts = new Map<string, Position>();
    for (const [name, { room, membership }] of session.seats) {
      const position = named.get(name) ?? membership.joinedAt;
      const span = spans.get(name);
      // A room that was joined since the log was looked at is where its join said.
      const recovered = span === undefined || isRecoverable(position, span, this.parts.options.replay);
      const start = recovered ? position : room.position;
      rooms[name] = { epoch: start.epoch, offset: start.offset, recovered };
      starts.set(name, start);
    }
    const direct = session.parts.direct.since(frame.seq ?? 0);
    connection.send({
      ...this.#welcome(session, this.#issue(session)),
      resumed: true,
      rooms,
      direct: { seq: direct.seq, recovered: direct.recovered },
    });
    for (const name of named.keys()) {
      if (session.seats.has(name)) continue;
      connection.send({ op: 'left', room: name, reason: session.departed.get(name) ?? 'closed' });
    }
    for (const text of direct.texts) connection.sendText(text);
    for (const [name, { room, membership }] of session.seats) {
      membership.presenceRev = -1;
      room.attach(membership, connection, starts.get(name) ?? membership.joinedAt);
    }
    this.#run(this.parts.hooks.resume(session));
    this.#resumed.next(session);
    ready();
    connection.welcome();
    return true;
  }

  /** @internal A session's connection, or one that has claimed it, is gone. */
  lost(session: Session, connection: Connection, code: number): void {
    if (session.ended || (session.connection !== connection && session.claimant !== connection)) return;
    this.#disconnect(session);
    if (session.mode === 'plain' || endsSession(code)) this.#endInTurn(session);
    else this.#goAway(session);
  }

  /** @internal */
  end(session: Session, reason: SessionEndReason, code: number = CloseCode.FORBIDDEN): void {
    if (session.ended) return;
    const { connection, claimant } = session;
    session.parts.lanes.discardWaiting();
    // Rooms are left while there is a connection to tell.
    for (const room of session.rooms) this.#vacate(session, room, 'closed', connection);
    this.#disconnect(session);
    this.#finish(session, reason);
    connection?.close(code, 'session ended');
    claimant?.close(code, 'session ended');
  }

  /** @internal Ends all sessions, and waits for their hooks. */
  async close(): Promise<void> {
    for (const session of this.all()) this.end(session, 'shutdown', CloseCode.RESTARTING);
    await this.idle();
    for (const subject of [this.#opened, this.#resumed, this.#wentAway, this.#ended]) subject.complete();
  }

  /** @internal Settles when no hook runs. */
  async idle(): Promise<void> {
    while (this.#hooks.size > 0) await Promise.all(this.#hooks);
  }

  // ---- steps -------------------------------------------------------------------------------------------------------

  #create(connection: Connection, identity: Identity): Session {
    const { options, clock, rooms } = this.parts;
    const session: Session = new Session(newSessionId(), identity.user, connection.address, connection.mode, {
      answers: new Answers({ ...options.answers, discarded: options.limits.pending }),
      direct: new DirectQueue(options.direct),
      lanes: new Lanes(),
      bucket: options.messages === false ? undefined : new TokenBucket(options.messages, clock.now()),
      frameLimit: options.limits.frame,
      departures: options.limits.rooms,
      track: (hook) => this.#run(hook),
      handle: (room) => rooms.handle(room, () => {}),
      end: (ending, reason) => this.end(ending, reason),
    });
    this.#sessions.set(session.id, session);
    if (session.user !== undefined) {
      const own = this.#byUser.get(session.user.id);
      if (own === undefined) this.#byUser.set(session.user.id, new Set([session]));
      else own.add(session);
    }
    return session;
  }

  /** The session is the connection's from now on. */
  #settle(session: Session, connection: Connection, identity: Identity): void {
    const { clock, wheel } = this.parts;
    session.connection = connection;
    this.#setAbsent(session, false);
    session.address = connection.address;
    connection.label = session.id;
    session.credentials?.cancel();
    session.credentials = undefined;
    if (identity.expiresAt !== undefined) {
      session.credentials = wheel.after(Math.max(0, identity.expiresAt - clock.date()), () => {
        session.connection?.close(CloseCode.UNAUTHENTICATED, 'credentials have expired');
      });
    }
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

  #issue(session: Session): string {
    const token = newToken();
    const hash = hashToken(token);
    if (session.tokens.issued !== undefined) this.#byToken.delete(session.tokens.issued);
    session.tokens.issued = hash;
    this.#byToken.set(hash, session);
    return token;
  }

  #claim(session: Session, connection: Connection, presented: string): void {
    const { tokens } = session;
    if (presented === tokens.issued) {
      if (tokens.presented !== undefined) this.#byToken.delete(tokens.presented);
      tokens.presented = presented;
      delete tokens.issued;
    }
    const older = [session.connection, session.claimant];
    this.#disconnect(session);
    session.claimant = connection;
    session.expiry?.cancel();
    this.#away.remove(session);
    // What has not begun comes again on the new connection, in its order.
    session.parts.lanes.discardWaiting();
    for (const fenced of older) fenced?.close(CloseCode.TAKEN_OVER, 'taken over by a newer connection');
  }

  /** Takes the session's connection from it; nothing is sent to it any more. */
  #disconnect(session: Session): void {
    session.connection = undefined;
    session.claimant = undefined;
    session.credentials?.cancel();
    for (const { room, membership } of session.seats.values()) room.detach(membership);
  }

  async #askRooms(session: Session, claimant: Connection): Promise<void> {
    const { wheel, options, rooms, onError } = this.parts;
    const asked = [...session.seats].filter(([, { room }]) => room.definition.handlers.resumes);
    await Promise.all(
      asked.map(async ([name, { room, membership }]) => {
        const { params } = membership;
        const call = { room: rooms.handle(room, () => {}), member: session, params, event: 'resume', data: undefined };
        const asking = room.definition.handlers.resume(call);
        try {
          await withDeadline(wheel, options.resumeTimeout, asking, (error) => {
            onError(error ?? new Error('a resume handler came to its end too late'), `resume of ${call.room}`);
          });
        } catch {
          // Refused, for a reason that the pipeline has logged where it was none of its own. The seat may be another by
          // now, and where another connection has claimed the session, that one's question counts.
          if (session.claimant !== claimant) return;
          if (session.seats.get(name)?.membership === membership) this.#vacate(session, name, 'refused');
        }
      }),
    );
  }

  async #spans(session: Session) {
    const names = [...session.seats.keys()];
    const spans = await Promise.all(
      names.map(async (name) => [name, await session.seats.get(name)?.room.store.span(name)] as const),
    );
    return new Map(spans);
  }

  #goAway(session: Session): void {
    const { wheel, options } = this.parts;
    session.expiry?.cancel();
    session.expiry = wheel.after(options.ttl, () => this.end(session, 'expired'));
    // Most come back at once, and nobody needs to hear of that.
    session.absence?.cancel();
    session.absence = wheel.after(ABSENT_AFTER, () => this.#setAbsent(session, true));
    // Whoever hears of it may end the session: it is on the list by then, and taken off again.
    const excess = this.#away.add(session);
    this.#wentAway.next(session);
    for (const displaced of excess) this.end(displaced, 'displaced');
  }

  #setAbsent(session: Session, absent: boolean): void {
    session.absence?.cancel();
    session.absence = undefined;
    if (session.absent === absent) return;
    session.absent = absent;
    for (const { room } of session.seats.values()) room.presence.changed(session.id);
  }

  /** Ends a session whose client has said goodbye: what it asked for before still runs, then it leaves its rooms. */
  #endInTurn(session: Session): void {
    for (const room of session.rooms) {
      if (!session.parts.lanes.busy(room)) {
        this.#vacate(session, room, 'closed');
        continue;
      }
      session.parts.lanes.push(room, {
        run: async () => {
          const hook = session.vacate(room, 'closed');
          if (hook !== undefined) this.#run(hook);
        },
        discard: () => {},
      });
    }
    this.#finish(session, 'closed');
  }

  #finish(session: Session, reason: SessionEndReason): void {
    session.markEnded();
    session.expiry?.cancel();
    session.absence?.cancel();
    this.#away.remove(session);
    this.#sessions.delete(session.id);
    for (const hash of Object.values(session.tokens)) this.#byToken.delete(hash);
    if (session.user !== undefined) {
      const own = this.#byUser.get(session.user.id);
      own?.delete(session);
      if (own?.size === 0) this.#byUser.delete(session.user.id);
    }
    this.#run(this.parts.hooks.end(session, reason));
    this.#ended.next({ session, reason });
  }

  #vacate(session: Session, room: string, reason: LeaveReason, connection?: Connection): void {
    const tell = () => connection?.sendText(encodeFrame({ op: 'left', room, reason }));
    const hook = session.vacate(room, reason, tell);
    if (hook !== undefined) this.#run(hook);
  }

  #run(hook: Promise<void>): void {
    this.#hooks.add(hook);
    void hook.finally(() => this.#hooks.delete(hook));
  }
}
