import type { Session } from './session.js';
import { sessionOf } from './token.js';

/** The sessions of this node, by their ids and by their users. */
export class Registry {
  readonly #sessions = new Map<string, Session>();
  readonly #byUser = new Map<string, Set<Session>>();

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  all(): Session[] {
    return [...this.#sessions.values()];
  }

  /** One for each of a user's pages and devices. */
  byUser(userId: string): Session[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  /** The session that a token resumes. */
  byToken(token: string): Session | undefined {
    const session = this.#sessions.get(sessionOf(token));
    return session?.tokens.has(token) === true ? session : undefined;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
    if (session.user === undefined) return;
    const own = this.#byUser.get(session.user.id);
    if (own === undefined) this.#byUser.set(session.user.id, new Set([session]));
    else own.add(session);
  }

  remove(session: Session): void {
    // Its place may be that of a newer one by now, which came back from another node.
    if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id);
    if (session.user === undefined) return;
    const own = this.#byUser.get(session.user.id);
    own?.delete(session);
    if (own?.size === 0) this.#byUser.delete(session.user.id);
  }
}
