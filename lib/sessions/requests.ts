import {
  encodeFrame,
  RoostException,
  type BadFrame,
  type HistoryFrame,
  type MessageFrame,
  type Position,
  type RoomFrame,
} from '../protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { Rooms } from '../rooms/rooms.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { Answering, errorFrame, withId, type Answer } from './answering.js';
import { withDeadline } from './deadline.js';
import { Joining } from './joining.js';
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

/**
 * Serves what a session asks for: at most once for each id, in order within each room, and always with one answer.
 */
export class Requests {
  readonly #answering: Answering;
  readonly #joining: Joining;

  constructor(private readonly parts: RequestParts) {
    const { rooms, clock, limits, draining, onError } = parts;
    this.#answering = new Answering(limits.frame, onError);
    this.#joining = new Joining({
      rooms,
      clock,
      draining,
      limit: limits.rooms,
      replay: limits.replay,
      deadline: (work, what) => this.#deadline(work, what),
      answering: this.#answering,
    });
  }

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
      this.#answering.give(session, id, encodeFrame(errorFrame(id, refusal)), true);
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
        this.#answering.give(session, id, answer, !anew);
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
      if (!repeated) this.#answering.give(session, id, encodeFrame(frame), true);
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

  /**
   * Writes down that a handler is about to run, so that no other node runs it again.
   *
   * @returns whether it may; or the answer where it cannot: where another node has the session that one may wait for it
   */
  async #recorded(record: SessionRecord, id: number): Promise<true | Answer> {
    try {
      if (await record.save()) return true;
      throw new RoostException('UNAVAILABLE', 'the session went to another server before this was done');
    } catch (error) {
      return this.#answering.failure(id, error, 'session');
    }
  }

  /** Never rejects. */
  async #serve(session: Session, connection: Connection, frame: RoomFrame | MessageFrame): Promise<Answer> {
    try {
      if (!('op' in frame)) return await this.#message(session, connection, frame);
      switch (frame.op) {
        case 'join':
          return await this.#joining.join(session, frame);
        case 'leave':
          return await this.#leave(session, frame.room, frame.id);
        case 'history':
          return await this.#history(session, frame);
        case 'presence':
          return this.#presence(session, frame.room, frame.id);
      }
    } catch (error) {
      const what = 'op' in frame ? frame.op : `message ${JSON.stringify(frame.event)}`;
      return this.#answering.failure(frame.id, error, what);
    }
  }

  // ---- messages ----------------------------------------------------------------------------------------------------

  async #message(session: Session, connection: Connection, frame: MessageFrame): Promise<Answer> {
    const { id, event, data } = frame;
    if (frame.room === undefined) {
      const result = await this.#deadline(this.parts.ordinary.message(session, connection, frame), event);
      return this.#answering.ack(id, result, undefined);
    }
    const { room, membership } = this.#seat(session, frame.room);
    const { handlers } = room.definition;
    if (!handlers.has(event)) throw new RoostException('UNKNOWN_EVENT', 'there is no handler for this event');
    let published: Position | undefined;
    const handle = this.parts.rooms.handle(room, (position) => (published = position));
    const { params } = membership;
    const call = { room: handle, member: session, params, event, data };
    const result = await this.#deadline(handlers.message(call), event);
    return this.#answering.ack(id, result, published?.offset);
  }

  // ---- membership --------------------------------------------------------------------------------------------------

  async #leave(session: Session, name: string, id: number | undefined): Promise<Answer> {
    this.#seat(session, name);
    const text = encodeFrame({ op: 'left', room: name, reason: 'left', ...withId(id) });
    const hook = session.vacate(name, 'left', () => this.#answering.give(session, id, text, true));
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
    return this.#answering.ack(id, state, undefined);
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

function offsetOf(place: number | Position): number {
  return typeof place === 'number' ? place : place.offset;
}
