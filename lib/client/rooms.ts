import type { WelcomeFrame } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import { RoostError } from './error.js';
import type { Report } from './listeners.js';
import { Membership } from './membership.js';
import type { MembershipHost } from './membership.js';
import type { Requests } from './requests.js';

export type Positions = Readonly<Record<string, Position>>;

const nothing = () => {};

/** All rooms of the client. */
export class Rooms implements MembershipHost {
  readonly requests: Requests;
  readonly report: Report;
  readonly cameBack: MembershipHost['cameBack'];
  readonly broken: MembershipHost['broken'];
  /** In the order of joining. A room may be joined again while it is still being left, and is then here twice. */
  readonly #memberships = new Set<Membership>();
  /** Rooms of the session that a page before this one had. */
  #inherited: Positions;

  /**
   * @param cameBack is told of a room that is back in a new session
   * @param broken is told when entries of a room's log are missing on this connection
   */
  constructor(
    requests: Requests,
    report: Report,
    inherited: Positions,
    cameBack: MembershipHost['cameBack'],
    broken: MembershipHost['broken'],
  ) {
    this.requests = requests;
    this.report = report;
    this.#inherited = inherited;
    this.cameBack = cameBack;
    this.broken = broken;
  }

  /** Whom the room's frames belong to: the oldest membership that the server has not ended. */
  get(name: string): Membership | undefined {
    for (const membership of this.#memberships) if (membership.name === name) return membership;
    return undefined;
  }

  join(name: string, data: unknown, since: Position | undefined): Membership {
    const present = this.#all().find((membership) => membership.name === name && !membership.leaving);
    if (present) return present;
    const membership = new Membership(name, data, since, this);
    membership.join();
    if (membership.state !== 'left') this.#memberships.add(membership);
    return membership;
  }

  /** Where the session goes on, for each of its rooms. */
  positions(): Positions {
    const inherited = Object.entries(this.#inherited).map(([name, position]) => [
      name,
      this.get(name)?.wanted ?? position,
    ]);
    const own = this.#all().map(({ name, kept }) => [name, kept]);
    return Object.fromEntries([...inherited, ...own.filter(([, kept]) => kept)]) as Positions;
  }

  /** A session stands: its rooms go on, the others are joined anew. */
  welcome({ resumed, rooms = {} }: WelcomeFrame): void {
    this.#inherited = {};
    if (!resumed) for (const membership of this.#all()) membership.forget();
    for (const [name, room] of Object.entries(rooms)) {
      const membership = this.get(name);
      if (membership) membership.resume(room);
      else this.abandon(name);
    }
    // Each goes to the front of what waits, so the last one goes first.
    for (const membership of this.#all().reverse()) membership.join(true);
  }

  /** The connection is lost. */
  pause(): void {
    for (const membership of this.#memberships) membership.pause();
  }

  /** The client has stopped. Rooms that were joined are kept for `connect`, unless the session has ended. */
  stop(ended: boolean): void {
    for (const membership of this.#all()) {
      if (ended || !membership.position) membership.end('closed', new RoostError('CLOSED'));
    }
  }

  left(membership: Membership): void {
    this.#memberships.delete(membership);
  }

  abandon(room: string): void {
    this.requests.ask({ op: 'leave', room }).catch(nothing);
  }

  #all(): Membership[] {
    return [...this.#memberships];
  }
}
