import type { ConnectionMode } from '../connection/connection.js';
import { isUnavailable, type LeaveReason, type Position } from '../protocol/index.js';
import type { LiveRoom } from '../rooms/live-room.js';
import type { User } from '../rooms/member.js';
import type { Rooms } from '../rooms/rooms.js';
import type { ClaimedSession } from '../store/cluster.js';
import type { Written } from './fields.js';
import type { SessionRecord } from './record.js';
import type { Session, SessionEndReason } from './session.js';

/** Where restored sessions live. */
export interface RestorationHost {
  create(id: string, user: User | undefined, address: string, mode: ConnectionMode): Session;
  record(session: Session, state: ClaimedSession, away: boolean): SessionRecord | undefined;
  /** It is one of this node's from here on. */
  add(session: Session): void;
  finish(session: Session, reason: SessionEndReason): void;
  /** A leave hook runs. */
  track(hook: Promise<void>): void;
}

/** Builds sessions anew that other nodes had, from what is written of them. */
export class Restoration {
  constructor(
    private readonly rooms: Rooms,
    private readonly host: RestorationHost,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** A session in its rooms; nothing where it is at its end, which is brought about. */
  async restore(id: string, written: Written, state: ClaimedSession, away: boolean): Promise<Session | undefined> {
    const session = this.host.create(id, written.user, written.address, written.plain ? 'plain' : 'session');
    const { answers, direct } = session.parts;
    Object.assign(session.tokens, written.tokens);
    Object.assign(session.data, written.data);
    answers.restore(written.lastId, new Map(), written.kept, written.again);
    direct.restore(written.seq, written.direct);
    for (const [room, reason] of written.departed) session.departed.set(room, reason);
    session.record = this.host.record(session, state, away);
    const seats = new Map(written.seats);
    const leaving = new Map(written.leaving);
    for (const [room, reason] of written.expelled) {
      if (!seats.delete(room)) continue;
      session.departed.set(room, reason);
      leaving.set(room, reason);
    }
    if (written.ended === undefined) await this.#takeSeats(session, seats);
    else for (const room of seats.keys()) leaving.set(room, 'closed');
    // The node that was to tell of these has died before it was through.
    for (const [room, reason] of leaving) this.#leaveAgain(session, room, reason);
    if (written.ended === undefined) {
      this.host.add(session);
      return session;
    }
    this.host.finish(session, written.ended);
    return undefined;
  }

  async #takeSeats(session: Session, seats: ReadonlyMap<string, Position>): Promise<void> {
    const { rooms, onError } = this;
    const names = [...seats.keys()];
    const entered = await Promise.allSettled(names.map((name) => rooms.enter(name)));
    const away = entered.find((one) => one.status === 'rejected' && isUnavailable(one.reason));
    for (const [index, name] of names.entries()) {
      const one = entered[index] as PromiseSettledResult<LiveRoom>;
      if (one.status === 'fulfilled') {
        const joinedAt = seats.get(name) as Position;
        if (away === undefined)
          session.seats.set(name, { room: one.value, membership: one.value.admit(session, joinedAt) });
        one.value.release();
      } else if (away === undefined) {
        // The client hears that it has left, and may join again.
        onError(one.reason, `room ${JSON.stringify(name)} of a session that came from another node`);
        session.departed.set(name, 'closed');
        rooms.roster?.write(name, session.id, session.generation, undefined);
      }
    }
    if (away === undefined) return;
    // It is tried again; until then the session is nobody's.
    session.record?.close();
    throw (away as PromiseRejectedResult).reason;
  }

  /** Runs the leave hook of a room that the session is no longer in, and sees to it that the others know. */
  #leaveAgain(session: Session, name: string, reason: LeaveReason): void {
    const { rooms, onError } = this;
    rooms.roster?.write(name, session.id, session.generation, undefined);
    try {
      const { value: definition, params } = rooms.match(name);
      const call = { room: rooms.get(name), member: session, params, event: 'leave', data: { reason } };
      this.host.track(session.left(name, reason, () => definition.handlers.leave(call)));
    } catch (error) {
      onError(error, `leaving ${JSON.stringify(name)}, of a session that came from another node`);
    }
  }
}
