import type { Connection } from '../connection/connection.js';
import { CloseCode } from '../protocol/index.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import type { Absence } from './absence.js';
import type { Identity, Session } from './session.js';

/** Which connection a session is on: one at a time, and the newest that asked for it. */
export class Attachments {
  constructor(
    private readonly clock: Clock,
    private readonly wheel: TimerWheel,
    private readonly absence: Absence,
  ) {}

  /** A connection asks for a session and will get it, unless a newer one asks meanwhile. Older ones are closed. */
  claim(session: Session, connection: Connection): void {
    const older = [session.connection, session.claimant];
    this.detach(session);
    session.claimant = connection;
    this.absence.end(session);
    // What has not begun comes again on the new connection, in its order.
    session.parts.lanes.discardWaiting();
    for (const fenced of older) fenced?.close(CloseCode.TAKEN_OVER, 'taken over by a newer connection');
  }

  /** The session is the connection's from now on, for as long as its credentials last. */
  attach(session: Session, connection: Connection, { expiresAt }: Identity): void {
    const { clock, wheel } = this;
    session.connection = connection;
    this.absence.present(session);
    session.address = connection.address;
    connection.label = session.id;
    session.credentials?.cancel();
    session.credentials = undefined;
    if (expiresAt === undefined) return;
    session.credentials = wheel.after(Math.max(0, expiresAt - clock.date()), () => {
      session.connection?.close(CloseCode.UNAUTHENTICATED, 'credentials have expired');
    });
  }

  /** Takes the session's connection from it; nothing is sent to it any more. */
  detach(session: Session): void {
    session.connection = undefined;
    session.claimant = undefined;
    session.credentials?.cancel();
    for (const { room, membership } of session.seats.values()) room.delivery.detach(membership);
  }
}
