import type { TimerWheel } from '../time/timer-wheel.js';
import { AwayList, type AwayLimits } from './away-list.js';
import type { Session, SessionEndReason } from './session.js';

/** How long a session is away, in milliseconds, before its rooms show it as such. */
const ABSENT_AFTER = 5_000;

/** Milliseconds after which a session expires that could not before, since the store did not answer. */
export const EXPIRE_AGAIN = 5_000;

/** What becomes of those who do not come back. */
export interface AbsenceHost {
  /** Nobody is connected to it any more. Whoever hears of it may end it. */
  wentAway(session: Session): void;
  end(session: Session, reason: SessionEndReason): void;
  /** Another node has it. */
  drop(session: Session): void;
}

/** Sessions whose clients are gone: shown as away after a moment, and ended when their time is over. */
export class Absence {
  readonly #list: AwayList;

  /** @param ttl milliseconds that a session may be away */
  constructor(
    private readonly wheel: TimerWheel,
    private readonly ttl: number,
    limits: AwayLimits,
    private readonly host: AbsenceHost,
  ) {
    this.#list = new AwayList(limits);
  }

  /** How many are away. */
  get size(): number {
    return this.#list.size;
  }

  /** A session's client is gone. @param left milliseconds until it is over, where nobody comes back */
  begin(session: Session, left = this.ttl): void {
    const { wheel, ttl } = this;
    session.record?.saveSoon();
    session.expiry?.cancel();
    session.expiry = wheel.after(Math.max(0, left), () => this.#endAway(session, 'expired', ttl));
    // Most come back at once, and nobody needs to hear of that.
    session.absence?.cancel();
    session.absence = wheel.after(ABSENT_AFTER, () => this.#show(session, true));
    // Whoever hears of it may end the session: it is on the list by then, and taken off again.
    const excess = this.#list.add(session);
    this.host.wentAway(session);
    for (const displaced of excess) this.#endAway(displaced, 'displaced', 0);
  }

  /** Somebody wants it, or it is over: it does not end by itself any more. */
  end(session: Session): void {
    session.expiry?.cancel();
    this.#list.remove(session);
  }

  /** Its rooms show it as it is: its client is here. */
  present(session: Session): void {
    this.#show(session, false);
  }

  /**
   * Ends a session that is away. It may have come back on another node that could not reach this one: what is written of
   * it says whether it may end.
   *
   * @param ttl milliseconds that it has to be away
   */
  #endAway(session: Session, reason: SessionEndReason, ttl: number): void {
    const { record } = session;
    if (record === undefined) {
      this.host.end(session, reason);
      return;
    }
    const { wheel } = this;
    let asking: Promise<void> | undefined;
    const ask = async (): Promise<void> => {
      const left = await record.expire(ttl, reason);
      session.settle = undefined;
      session.expiry?.cancel();
      if (left === 'ended') this.host.end(session, reason);
      else if (left === 'taken') this.host.drop(session);
      else session.expiry = wheel.after(left, () => this.#endAway(session, reason, ttl));
    };
    // Whoever comes back meanwhile has to wait for the answer.
    session.settle = () => (asking ??= ask().finally(() => (asking = undefined)));
    const again = (): void => {
      if (session.settle === undefined || session.ended) return;
      session.settle().catch(() => (session.expiry = wheel.after(EXPIRE_AGAIN, again)));
    };
    again();
  }

  #show(session: Session, absent: boolean): void {
    session.absence?.cancel();
    session.absence = undefined;
    if (session.absent === absent) return;
    session.absent = absent;
    for (const { room, membership } of session.seats.values()) room.memberChanged(membership);
  }
}
