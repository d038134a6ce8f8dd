import type { Connection } from '../connection/connection.js';
import {
  CloseCode,
  type ConnectFrame,
  type LeaveReason,
  type Position,
  type ResumedRoom,
  type WelcomeFrame,
} from '../protocol/index.js';
import type { Rooms } from '../rooms/rooms.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import type { Attachments } from './attachments.js';
import { withDeadline } from './deadline.js';
import { isRecoverable } from './joining.js';
import type { Identity, Session } from './session.js';
import { newToken } from './token.js';

export interface ResumptionParts {
  readonly rooms: Rooms;
  readonly wheel: TimerWheel;
  /** Messages that a room may replay. */
  readonly replay: number;
  /** Milliseconds that a resume handler may run. */
  readonly timeout: number;
  readonly attachments: Attachments;
  /** Takes a session out of a room. */
  readonly vacate: (session: Session, room: string, reason: LeaveReason) => void;
  /** What a session's client is welcomed with. */
  readonly welcome: (session: Session, token: string) => Omit<WelcomeFrame, 'resumed'>;
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * Gives a session to a newer connection: fences the older, asks the rooms again, then welcomes it with everything that it
 * missed. Whoever claims the session while rooms are asked takes it over in turn.
 */
export class Resumption {
  constructor(private readonly parts: ResumptionParts) {}

  /**
   * @param through called with the welcome, in the same step of the event loop, with whether everything was recovered
   * @returns whether the connection got the session; where not, it has been closed
   */
  async resume(
    session: Session,
    connection: Connection,
    frame: ConnectFrame,
    identity: Identity,
    through: (recovered: boolean) => void,
  ): Promise<boolean> {
    const { attachments, welcome } = this.parts;
    session.tokens.present(frame.session ?? '');
    attachments.claim(session, connection);
    await this.#askRooms(session, connection);
    const token = newToken(session.id);
    session.tokens.prepare(token);
    // The token has to be known wherever the client goes with it.
    const [spans, ours = true] = await Promise.all([spansOf(session), session.record?.save()]);
    // From here to the end nothing waits.
    if (!ours) connection.closeWithHint(CloseCode.RESTARTING, 'the session is on another server', 0);
    if (session.claimant !== connection) return false;
    session.claimant = undefined;
    attachments.attach(session, connection, identity);

    const named = new Map(Object.entries(frame.rooms ?? {}));
    const rooms: Record<string, ResumedRoom> = Object.create(null) as Record<string, ResumedRoom>;
    const starts = new Map<string, Position>();
    for (const [name, { room, membership }] of session.seats) {
      const position = named.get(name) ?? membership.joinedAt;
      const span = spans.get(name);
      // A room that was joined since the log was looked at is where its join said.
      const recovered = span === undefined || isRecoverable(position, span, this.parts.replay);
      const start = recovered ? position : room.delivery.position;
      rooms[name] = { epoch: start.epoch, offset: start.offset, recovered };
      starts.set(name, start);
    }
    if (session.record !== undefined) session.parts.direct.catchUp(frame.seq ?? 0);
    const direct = session.parts.direct.since(frame.seq ?? 0);
    session.tokens.issue(token);
    connection.send({
      ...welcome(session, token),
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
      room.delivery.attach(membership, connection, starts.get(name) ?? membership.joinedAt);
    }
    through(direct.recovered && Object.values(rooms).every(({ recovered }) => recovered));
    return true;
  }

  async #askRooms(session: Session, claimant: Connection): Promise<void> {
    const { wheel, timeout, rooms, vacate, onError } = this.parts;
    await Promise.all(
      Array.from(session.seats, async ([name, { room, membership }]) => {
        const { user } = session;
        // The seat may be another by now, and where another connection has claimed the session, that one's question counts.
        const refuse = (reason: LeaveReason): void => {
          if (session.claimant !== claimant) return;
          if (session.seats.get(name)?.membership === membership) vacate(session, name, reason);
        };
        // Its node may have died before it heard.
        if (user !== undefined && (await rooms.store.bans.find(name, user.id)) !== undefined) return refuse('banned');
        if (!room.definition.handlers.resumes) return;
        const { params } = membership;
        const call = { room: rooms.handle(room, () => {}), member: session, params, event: 'resume', data: undefined };
        const asking = room.definition.handlers.resume(call);
        try {
          await withDeadline(wheel, timeout, asking, (error) => {
            onError(error ?? new Error('a resume handler came to its end too late'), `resume of ${call.room}`);
          });
        } catch {
          // For a reason that the pipeline has logged where it was none of its own.
          refuse('refused');
        }
      }),
    );
  }
}

/**
 * What can still be given of a session's rooms, by their names. Of who is there it is shown nothing older than it has seen
 * on another node.
 */
async function spansOf({ seats }: Session) {
  const spans = await Promise.all(Array.from(seats, async ([name, { room }]) => [name, await room.latest()] as const));
  return new Map(spans);
}
