import type { Session } from './session.js';

/** How many sessions may be away. */
export interface AwayLimits {
  readonly awayPerUser: number;
  readonly awayPerAddress: number;
  readonly away: number;
}

/** Sessions that are away, oldest first: in all, and for each user or, of nobody in particular, each address. */
export class AwayList {
  readonly #all = new Set<Session>();
  readonly #groups = new Map<string, Set<Session>>();

  constructor(private readonly limits: AwayLimits) {}

  get size(): number {
    return this.#all.size;
  }

  /** Adds a session, and returns those that are too many. */
  add(session: Session): Session[] {
    const key = groupOf(session);
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = new Set()));
    this.#all.add(session);
    group.add(session);
    const limit = session.user === undefined ? this.limits.awayPerAddress : this.limits.awayPerUser;
    const excess = new Set<Session>();
    const [oldestOfGroup] = group;
    const [oldest] = this.#all;
    if (group.size > limit && oldestOfGroup !== undefined) excess.add(oldestOfGroup);
    if (this.#all.size > this.limits.away && oldest !== undefined) excess.add(oldest);
    return [...excess];
  }

  remove(session: Session): void {
    if (!this.#all.delete(session)) return;
    const key = groupOf(session);
    const group = this.#groups.get(key);
    group?.delete(session);
    if (group?.size === 0) this.#groups.delete(key);
  }
}

function groupOf(session: Session): string {
  return session.user === undefined ? `address ${session.address}` : `user ${session.user.id}`;
}
