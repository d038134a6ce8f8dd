import {
  encodeFrame,
  RoostException,
  type BadFrame,
  type ErrorFrame,
  type HistoryFrame,
  type JoinFrame,
  type MessageFrame,
  type Position,
  type RoomFrame,
} from '../protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { LiveRoom } from '../rooms/live-room.js';
import type { Membership } from '../rooms/membership.js';
import type { Rooms } from '../rooms/rooms.js';
import type { Span } from '../store/store.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { withDeadline } from './deadline.js';
import type { SessionRecord } from './record.js';
import type { Session } from './session.js';

/** Messages without a room: the app's ordinary handlers. */
export interface OrdinaryHandlers {
  /**
   * Runs the handler of a message without a room.
   *
   * @returns its answer
   * @throws {RoostException} and nothing else
   */
  message(session: Session, connection: Connection, frame: MessageFrame): Promise<unknown>;
}

export interface RequestLimits {
  readonly frame: number;
  readonly rooms: number;
  readonly pending: number;
  readonly replay: number;
  /** Milliseconds. */
  readonly handlerTimeout: number;
  /** How many more requests may have been refused for their rate than were let through since; then the connection is closed. */
  readonly refusals: number;
}

export interface RequestParts {
  readonly rooms: Rooms;
  readonly ordinary: OrdinaryHandlers;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly limits: RequestLimits;
  readonly draining: () => boolean;
  /** A client asks for far too much. */
  readonly onFlood: (connection: Connection) => void;
  readonly onError: (error: unknown, what: string) => void;
}

/** An answer, as it is sent and kept; nothing for a request that wants none. */
type Answer = string | undefined;

/**
 * Serves what a session asks for: at most once for each id, in order within each room, and always with one answer.
 */
export class Requests {
  constructor(private readonly parts: RequestParts) {}

  receive(session: Session, connection: Connection, frame: RoomFrame | MessageFrame): void {
    const { id } = frame;
    // What only reads is read anew, so that a repeat gets no old page.
    const anew = 'op' in frame && (frame.op === 'history' || frame.op === 'presence');
    if (id !== undefined && this.#repeated(session, id, anew)) {
      if ('op' in frame && frame.op === 'join') this.#correct(session, frame.room, id);
      return;
    }
    const refusal = this.#tooMuch(session, connection);
    if (id !== undefined) session.parts.answers.begin(id);
    if (refusal !== undefined) {
      this.#answer(session, id, encodeFrame(errorFrame(id, refusal)), true);
      return;
    }
    session.pending++;
    const lane = frame.room ?? '';
    session.parts.lanes.push(lane, {
      run: async () => {
        if (id !== undefined) session.parts.answers.start(id, lane);
        let answer: Answer;
        const { record } = session;
        const recorded = record === undefined || id === undefined || anew ? true : await this.#recorded(record, id);
        if (recorded === true) answer = await this.#serve(session, connection, frame);
        else answer = recorded;
        session.pending--;
        this.#answer(session, id, answer, !anew);
      },
      discard: () => {
        session.pending--;
        if (id !== undefined) session.parts.answers.discard(id);
      },
    });
  }

  /** Answers a frame that is none; its id, where it has one, is used up. */
  refuse(session: Session, connection: Connection, fault: BadFrame): void {
    const { id } = fault;
    const repeated = id !== undefined && this.#repeated(session, id, false);
    if (id !== undefined && !repeated) session.parts.answers.begin(id);
    connection.refuseBad(fault, (frame) => {
      if (!repeated) this.#answer(session, id, encodeFrame(frame), true);
    });
  }

  /** Deals with an id that is known; returns whether it was. */
  #repeated(session: Session, id: number, anew: boolean): boolean {
    const known = session.parts.answers.look(id, anew);
    if (known === 'new') return false;
    // One that still runs is answered when it is through, to wherever the session is connected then.
    if (typeof known === 'object') session.connection?.sendText(known.text);
    else if (known === 'expired') {
      session.tell(errorFrame(id, new RoostException('DUPLICATE_ID', 'the answer to this id is no longer kept')));
    }
    return true;
  }

  /** A repeated `join` got its first answer: where that has ceased to be true, says so. */
  #correct(session: Session, room: string, id: number): void {
    const known = session.parts.answers.look(id, false);
    if (typeof known !== 'object' || session.seats.has(room)) return;
    const { op } = JSON.parse(known.text) as { op: string };
    if (op === 'joined') session.tell({ op: 'left', room, reason: session.departed.get(room) ?? 'closed' });
  }

  #tooMuch(session: Session, connection: Connection): RoostException | undefined {
    const { limits, clock } = this.parts;
    if (session.pending >= limits.pending) {
      return new RoostException('RATE_LIMITED', `more than ${limits.pending} requests are unfinished`);
    }
    const retryAfter = session.parts.bucket?.take(clock.now());
    if (retryAfter === undefined) {
      // One that trickles through does not make up for many that were refused.
      session.refusals = Math.max(0, session.refusals - 1);
      return undefined;
    }
    if (++session.refusals > limits.refusals) this.parts.onFlood(connection);
    return new RoostException('RATE_LIMITED', 'too many messages', { retryAfter });
  }

  #answer(session: Session, id: number | undefined, text: Answer, keep: boolean): void {
    if (text === undefined) return;
    if (id !== undefined) {
      if (keep) session.handedOver?.(id, text);
      session.parts.answers.settle(id, keep ? text : undefined);
      session.record?.saveSoon();
    }
    session.connection?.sendText(text);
  }

  /**
   * Writes down that a handler is about to run, so that no other node runs it again.
   *
   * @returns whether it may; or the answer where it cannot, or nothing where another node has the session
   */
  async #recorded(record: SessionRecord, id: number): Promise<true | Answer> {
    try {
      return (await record.save()) ? true : undefined;
    } catch (error) {
      return encodeFrame(errorFrame(id, this.#refusalOf(error, 'session')));
    }
  }

  /** Never rejects. */
  async #serve(session: Session, connection: Connection, frame: RoomFrame | MessageFrame): Promise<Answer> {
    try {
      if (!('op' in frame)) return await this.#message(session, connection, frame);
      switch (frame.op) {
        case 'join':
          return await this.#join(session, frame);
        case 'leave':
          return await this.#leave(session, frame.room, frame.id);
        case 'history':
          return await this.#history(session, frame);
        case 'presence':
          return this.#presence(session, frame.room, frame.id);
      }
    } catch (error) {
      const what = 'op' in frame ? frame.op : `message ${JSON.stringify(frame.event)}`;
      return encodeFrame(errorFrame(frame.id, this.#refusalOf(error, what)));
    }
  }

  #refusalOf(error: unknown, what: string): RoostException {
    if (error instanceof RoostException) return error;
    this.parts.onError(error, what);
    return new RoostException('INTERNAL', 'something went wrong');
  }

  // ---- messages ----------------------------------------------------------------------------------------------------

  async #message(session: Session, connection: Connection, frame: MessageFrame): Promise<Answer> {
    const { id, event, data } = frame;
    if (frame.room === undefined) {
      const result = await this.#deadline(this.parts.ordinary.message(session, connection, frame), event);
      return this.#ack(id, result, undefined);
    }
    const { room, membership } = this.#seat(session, frame.room);
    const { handlers } = room.definition;
    if (!handlers.has(event)) throw new RoostException('UNKNOWN_EVENT', 'there is no handler for this event');
    let published: Position | undefined;
    const handle = this.parts.rooms.handle(room, (position) => (published = position));
    const { params } = membership;
    const call = { room: handle, member: session, params, event, data };
    const result = await this.#deadline(handlers.message(call), event);
    return this.#ack(id, result, published?.offset);
  }

  #ack(id: number | undefined, data: unknown, offset: number | undefined): Answer {
    if (id === undefined) return undefined;
    return this.#limited(
      encodeFrame({ op: 'ack', id, ...(data !== undefined && { data }), ...(offset !== undefined && { offset }) }),
    );
  }

  #limited(text: string): string {
    const { frame } = this.parts.limits;
    if (text.length * 3 > frame && Buffer.byteLength(text) > frame) {
      throw new RoostException('TOO_LARGE', `an answer of more than ${frame} bytes`);
    }
    return text;
  }

  // ---- membership --------------------------------------------------------------------------------------------------

  async #join(session: Session, frame: JoinFrame): Promise<Answer> {
    const { rooms, limits } = this.parts;
    const name = frame.room;
    rooms.match(name);
    if (this.parts.draining()) throw new RoostException('UNAVAILABLE', 'the server is going down');
    const seats = session.seats.has(name) ? 0 : 1;
    if (session.seats.size + session.joins + seats > limits.rooms) {
      throw new RoostException('TOO_MANY_ROOMS', `a session may be in ${limits.rooms} rooms`);
    }
    session.joins += seats;
    try {
      const room = await rooms.enter(name);
      const attempt = room.joining(session);
      try {
        if (session.user !== undefined) await this.#refuseBanned(session.user.id, room);
        return await this.#enter(session, frame, room, attempt);
      } finally {
        room.joinedOrNot(attempt);
        room.release();
      }
    } finally {
      session.joins -= seats;
    }
  }

  /** @throws {RoostException} FORBIDDEN where the user is banned from the room */
  async #refuseBanned(userId: string, room: LiveRoom): Promise<void> {
    const ban = await room.store.bans.find(room.name, userId);
    if (ban === undefined) return;
    const { reason, until } = ban;
    throw new RoostException('FORBIDDEN', reason === undefined ? 'banned' : `banned: ${reason}`, {
      ...(until !== undefined && { retryAfter: Math.max(1, until - this.parts.clock.date()) }),
    });
  }

  async #enter(
    session: Session,
    frame: JoinFrame,
    room: LiveRoom,
    attempt: ReturnType<LiveRoom['joining']>,
  ): Promise<Answer> {
    const top = room.position;
    const { handlers } = room.definition;
    const call = {
      room: this.parts.rooms.handle(room, () => {}),
      member: session,
      params: room.params,
      event: 'join',
      data: frame.data,
    };
    const data = await this.#deadline(handlers.join(call), `join of ${call.room}`);
    const span = frame.since && (await room.span());
    // From here on nothing waits: what is decided now is what the client is told.
    if (session.ended) {
      if (session.handedOver === undefined) return undefined;
      throw elsewhere();
    }
    if (attempt.calledOff !== undefined) {
      return encodeFrame({ op: 'left', room: room.name, reason: attempt.calledOff, ...withId(frame.id) });
    }
    const seat = session.seats.get(room.name);
    if (seat !== undefined) {
      const again = this.#joined(frame, room, room.positionOf(seat.membership), undefined, data);
      this.#answer(session, frame.id, again, true);
      return undefined;
    }
    const recovered = frame.since && span && isRecoverable(frame.since, span, this.parts.limits.replay);
    // Where the log has begun anew meanwhile a client that is told of the loss goes on in the new one; any other hears of it.
    const from = recovered === false && top.epoch !== room.epoch ? room.position : top;
    const start = recovered === true && frame.since !== undefined ? frame.since : from;
    const membership = room.admit(session, { epoch: start.epoch, offset: start.offset });
    let text: string;
    try {
      text = this.#joined(frame, room, membership.joinedAt, recovered, data);
    } catch (error) {
      room.remove(membership);
      throw error;
    }
    session.seats.set(room.name, { room, membership });
    session.departed.delete(room.name);
    membership.presenceRev = room.presence.rev;
    if (session.record !== undefined && !(await this.#seated(session, session.record, room, membership))) {
      const reason = session.departed.get(room.name) ?? 'closed';
      return encodeFrame({ op: 'left', room: room.name, reason, ...withId(frame.id) });
    }
    // The answer goes out before the room's first message.
    this.#answer(session, frame.id, text, true);
    const { connection } = session;
    if (connection !== undefined && membership.connection !== connection) room.attach(membership, connection, start);
    return undefined;
  }

  /**
   * Writes a seat down before anybody is told of it.
   *
   * @returns whether it is still taken then
   * @throws {RoostException} OUTCOME_UNKNOWN where another node has the session by now
   */
  async #seated(session: Session, record: SessionRecord, room: LiveRoom, membership: Membership): Promise<boolean> {
    // What cannot be written now is written later; the member is one all the same.
    const ours = await record.save().catch(() => true);
    // The other server knows nothing of it.
    if (!ours) throw elsewhere();
    return session.ended || session.seats.get(room.name)?.membership === membership;
  }

  #joined(frame: JoinFrame, room: LiveRoom, at: Position, recovered: boolean | undefined, data: unknown): string {
    const presence = room.presence.state;
    return this.#limited(
      encodeFrame({
        op: 'joined',
        ...withId(frame.id),
        room: room.name,
        epoch: at.epoch,
        offset: at.offset,
        ...(recovered !== undefined && { recovered }),
        ...(data !== undefined && { data }),
        ...(presence !== undefined && { presence }),
      }),
    );
  }

  async #leave(session: Session, name: string, id: number | undefined): Promise<Answer> {
    this.#seat(session, name);
    const text = encodeFrame({ op: 'left', room: name, reason: 'left', ...withId(id) });
    const hook = session.vacate(name, 'left', () => this.#answer(session, id, text, true));
    // A hook that hangs holds up nothing but its own lane, and that not for ever. The client has its answer.
    if (hook !== undefined) await this.#deadline(hook, `leaving ${name}`).catch(() => undefined);
    return undefined;
  }

  // ---- questions ---------------------------------------------------------------------------------------------------

  async #history(session: Session, frame: HistoryFrame): Promise<Answer> {
    const { room } = this.#seat(session, frame.room);
    const { before, since, limit, id } = frame;
    const page = await this.parts.rooms
      .handle(room, () => {})
      .historyText({
        ...(before !== undefined && { before: offsetOf(before) }),
        ...(since !== undefined && { since: offsetOf(since) }),
        ...(limit !== undefined && { limit }),
      });
    // Pages have their own bound.
    return id === undefined ? undefined : `{"op":"ack","id":${id},"data":${page}}`;
  }

  #presence(session: Session, name: string, id: number | undefined): Answer {
    const { room } = this.#seat(session, name);
    const state = room.presence.state;
    if (state === undefined) throw new RoostException('FORBIDDEN', 'this room does not tell who is in it');
    return this.#ack(id, state, undefined);
  }

  #seat(session: Session, name: string) {
    const seat = session.seats.get(name);
    if (seat !== undefined) return seat;
    this.parts.rooms.match(name);
    throw new RoostException('NOT_JOINED', 'not a member of this room');
  }

  #deadline<T>(work: Promise<T>, what: string): Promise<T> {
    return withDeadline(this.parts.wheel, this.parts.limits.handlerTimeout, work, (error) => {
      this.parts.onError(error ?? new Error('it came to its end after its time was over'), `late: ${what}`);
    });
  }
}

/** Whether everything after a position can still be given, in a replay of bounded length. */
export function isRecoverable(position: Position, span: Span, replayLimit: number): boolean {
  const { epoch, offset } = position;
  return epoch === span.epoch && offset <= span.top && offset >= span.oldest - 1 && span.top - offset <= replayLimit;
}

function errorFrame(id: number | undefined, refusal: RoostException): ErrorFrame {
  const { code, message, details, retryAfter } = refusal;
  return {
    op: 'error',
    ...withId(id),
    code,
    message,
    ...(details !== undefined && { details }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function elsewhere(): RoostException {
  return new RoostException('OUTCOME_UNKNOWN', 'the session went to another server meanwhile');
}

function withId(id: number | undefined): { readonly id?: number } {
  return id === undefined ? {} : { id };
}

function offsetOf(place: number | Position): number {
  return typeof place === 'number' ? place : place.offset;
}
