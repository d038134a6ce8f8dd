import { encodeFrame, RoostException, type JoinFrame, type Position } from '../protocol/index.js';
import type { LiveRoom } from '../rooms/live-room.js';
import type { Membership } from '../rooms/membership.js';
import type { Rooms } from '../rooms/rooms.js';
import type { Span } from '../store/store.js';
import type { Clock } from '../time/clock.js';
import { withId, type Answer, type Answering } from './answering.js';
import type { SessionRecord } from './record.js';
import type { Session } from './session.js';

export interface JoiningParts {
  readonly rooms: Rooms;
  readonly clock: Clock;
  /** How many rooms a session may be in. */
  readonly limit: number;
  /** Messages that a room may replay. */
  readonly replay: number;
  readonly draining: () => boolean;
  /** Bounds a handler. */
  readonly deadline: <T>(work: Promise<T>, what: string) => Promise<T>;
  readonly answering: Answering;
}

/** Lets sessions into rooms. */
export class Joining {
  constructor(private readonly parts: JoiningParts) {}

  /**
   * Makes a session a member of a room, and answers it.
   *
   * @returns the answer, where it has not been given
   * @throws {RoostException} and whatever the app's handler throws
   */
  async join(session: Session, frame: JoinFrame): Promise<Answer> {
    const { rooms, limit, draining } = this.parts;
    const name = frame.room;
    rooms.match(name);
    if (draining()) throw new RoostException('UNAVAILABLE', 'the server is going down');
    // One whose seat is being written down is in both.
    if (new Set([...session.seats.keys(), ...session.joining, name]).size > limit) {
      throw new RoostException('TOO_MANY_ROOMS', `a session may be in ${limit} rooms`);
    }
    session.joining.add(name);
    try {
      const room = await rooms.enter(name);
      const attempt = room.joining(session);
      try {
        if (session.user !== undefined) await this.#refuseBanned(session.user.id, name);
        return await this.#enter(session, frame, room, attempt);
      } finally {
        room.joinedOrNot(attempt);
        room.release();
      }
    } finally {
      session.joining.delete(name);
    }
  }

  /** @throws {RoostException} FORBIDDEN where the user is banned from the room */
  async #refuseBanned(userId: string, room: string): Promise<void> {
    const ban = await this.parts.rooms.store.bans.find(room, userId);
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
    const top = room.delivery.position;
    const { handlers } = room.definition;
    const call = {
      room: this.parts.rooms.handle(room, () => {}),
      member: session,
      params: room.params,
      event: 'join',
      data: frame.data,
    };
    const data = await this.parts.deadline(handlers.join(call), `join of ${call.room}`);
    const span = frame.since && (await room.delivery.span());
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
      const again = this.#joined(frame, room, room.delivery.positionOf(seat.membership), undefined, data);
      this.parts.answering.give(session, frame.id, again, true);
      return undefined;
    }
    const recovered = frame.since && span && isRecoverable(frame.since, span, this.parts.replay);
    // Where the log has begun anew meanwhile a client that is told of the loss goes on in the new one; any other hears of it.
    const from = recovered === false && top.epoch !== room.delivery.epoch ? room.delivery.position : top;
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
    this.parts.answering.give(session, frame.id, text, true);
    const { connection } = session;
    if (connection !== undefined && membership.connection !== connection)
      room.delivery.attach(membership, connection, start);
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
    return this.parts.answering.limited(
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
}

/** Whether everything after a position can still be given, in a replay of bounded length. */
export function isRecoverable(position: Position, span: Span, replayLimit: number): boolean {
  const { epoch, offset } = position;
  return epoch === span.epoch && offset <= span.top && offset >= span.oldest - 1 && span.top - offset <= replayLimit;
}

function elsewhere(): RoostException {
  return new RoostException('OUTCOME_UNKNOWN', 'the session went to another server meanwhile');
}
