import type { PublicUser, WelcomeFrame } from '../protocol/frames.js';
import type { SessionStorageLike } from './options.js';
import type { Positions } from './rooms.js';

// Direct messages after which they are acknowledged without being asked; the protocol wants it every 64.
const ACKNOWLEDGE = 32;

interface Saved {
  readonly token: string;
  readonly seq: number;
  readonly rooms: Positions;
}

/** What a client knows of its session: names, the secret, and how far its direct messages have come. */
export class Session {
  readonly #storage: SessionStorageLike | undefined;
  readonly #key: string;
  /** Its public side. */
  open: { readonly id: string } | undefined;
  user: PublicUser | undefined;
  /** The secret that resumes the session. */
  token: string | undefined;
  /** Last direct message seen. */
  seq = 0;
  /** Positions that a page before this one has left behind. */
  readonly inherited: Positions;
  #acknowledged = 0;

  constructor(storage: SessionStorageLike | undefined, key: string) {
    this.#storage = storage;
    this.#key = key;
    const saved = this.takeBack();
    this.token = saved?.token;
    this.seq = saved?.seq ?? 0;
    this.inherited = saved?.rooms ?? {};
  }

  /** Takes the session out of the storage, so that no other page gets it. */
  takeBack(): Saved | undefined {
    try {
      const text = this.#storage?.getItem(this.#key);
      this.#storage?.removeItem(this.#key);
      return text ? (JSON.parse(text) as Saved) : undefined;
    } catch {
      // A storage may be forbidden, or hold something else: the session begins anew.
      return undefined;
    }
  }

  save(rooms: Positions): void {
    if (!this.token) return;
    try {
      const saved: Saved = { token: this.token, seq: this.seq, rooms };
      this.#storage?.setItem(this.#key, JSON.stringify(saved));
    } catch {
      // A storage may be full or forbidden: a reload then begins a new session.
    }
  }

  welcome({ session, user, resumed, direct }: WelcomeFrame): void {
    this.open = { id: session.id };
    this.token = session.token;
    this.user = user;
    if (!resumed || direct?.recovered === false) this.seq = direct?.seq ?? 0;
    this.#acknowledged = this.seq;
  }

  /** The session is over, or another page's. */
  forget(): void {
    this.open = this.user = this.token = undefined;
    this.seq = 0;
  }

  /** @returns whether the direct message is new */
  receive(seq: number): boolean {
    if (seq <= this.seq) return false;
    this.seq = seq;
    return true;
  }

  get owesPong(): boolean {
    return this.seq - this.#acknowledged >= ACKNOWLEDGE;
  }

  /** The number to acknowledge, which thereby counts as acknowledged; nothing where there were no direct messages. */
  acknowledge(): number | undefined {
    this.#acknowledged = this.seq;
    return this.seq || undefined;
  }
}
