import type { Connection } from '../connection/connection.js';
import { CloseCode, encodeFrame, isUnavailable, type LeaveReason } from '../protocol/index.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { EXPIRE_AGAIN } from './absence.js';
import type { Attachments } from './attachments.js';
import type { SessionRecord } from './record.js';
import type { RunningHooks } from './running-hooks.js';
import type { Session, SessionEndReason } from './session.js';

export interface EndingParts {
  readonly attachments: Attachments;
  readonly hooks: RunningHooks;
  readonly wheel: TimerWheel;
  /** It is not one of this node's any more. */
  readonly remove: (session: Session) => void;
  /** Tells the app. Does not reject. */
  readonly tell: (session: Session, reason: SessionEndReason) => Promise<void>;
  readonly onError: (error: unknown, what: string) => void;
}

/** Ends sessions: they leave their rooms, the app hears of it, and what is written of them is removed. */
export class Ending {
  constructor(private readonly parts: EndingParts) {}

  /** At once: what waits for its turn is thrown away. @param code what its connection is closed with */
  end(session: Session, reason: SessionEndReason, code: number = CloseCode.FORBIDDEN): void {
    if (session.ended) return;
    const { connection, claimant } = session;
    session.parts.lanes.discardWaiting();
    // Rooms are left while there is a connection to tell.
    for (const room of session.rooms) this.vacate(session, room, 'closed', connection);
    this.parts.attachments.detach(session);
    this.finish(session, reason);
    connection?.close(code, 'session ended');
    claimant?.close(code, 'session ended');
  }

  /** Its client has said goodbye: what it asked for before still runs, then it leaves its rooms. */
  endInTurn(session: Session): void {
    for (const room of session.rooms) {
      if (!session.parts.lanes.busy(room)) {
        this.vacate(session, room, 'closed');
        continue;
      }
      session.parts.lanes.push(room, {
        run: async () => this.vacate(session, room, 'closed'),
        discard: () => {},
      });
    }
    this.finish(session, 'closed');
  }

  /** Takes a session out of a room. @param connection who is told */
  vacate(session: Session, room: string, reason: LeaveReason, connection?: Connection): void {
    const tell = () => connection?.sendText(encodeFrame({ op: 'left', room, reason }));
    const hook = session.vacate(room, reason, tell);
    if (hook !== undefined) this.parts.hooks.add(hook);
  }

  /** Ends a session that has left its rooms, or leaves them in turn. */
  finish(session: Session, reason: SessionEndReason): void {
    session.markEnded(reason);
    this.parts.remove(session);
    const told = this.parts.tell(session, reason);
    this.parts.hooks.add(session.record === undefined ? told : this.#conclude(session, session.record, told));
  }

  /** What is written says that the session is at its end until everybody has heard of it: if this node dies, another goes on. */
  async #conclude(session: Session, record: SessionRecord, told: Promise<void>): Promise<void> {
    record.saveSoon();
    await Promise.all([told, session.idle()]);
    const { wheel, onError } = this.parts;
    const remove = (): Promise<void> =>
      record.remove().catch((error: unknown) => {
        if (isUnavailable(error)) wheel.after(EXPIRE_AGAIN, () => void remove());
        else onError(error, 'session');
      });
    await remove();
  }
}
