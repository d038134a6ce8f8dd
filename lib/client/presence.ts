import type { PresenceChangeFrame, PresenceState } from '../protocol/frames.js';

type Told = PresenceState & Pick<PresenceChangeFrame, 'joined' | 'left'>;

/** Who is in a room, kept from full states and the changes between them. */
export class Presence {
  readonly #ask: () => void;
  readonly #changed: (state: PresenceState) => void;
  #state: PresenceState | undefined;
  /** Whether the state is of this connection; after a reconnect the full state comes anew, and may count from below. */
  #fresh = false;
  /** The highest `rev` heard of; a state below it has missed something. */
  #heard = -1;

  /**
   * @param ask asks the server for the full state
   * @param changed is told each new state
   */
  constructor(ask: () => void, changed: (state: PresenceState) => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get state(): PresenceState | undefined {
    return this.#state;
  }

  /** A full state is about to come; the old one is shown until then. */
  renew(): void {
    this.#fresh = false;
    this.#heard = -1;
  }

  /** @param full whether this is known to be a full state: one with only a count may be either */
  take(told: Told, full?: boolean): void {
    const { rev, count, members, joined, left } = told;
    const known = this.#fresh ? this.#state : undefined;
    if (known && (rev < known.rev || (rev === known.rev && !members))) return;
    this.#heard = Math.max(this.#heard, rev);
    if (members) return this.#set({ rev, count, members });
    if (!known?.members || full) {
      // Before the first state a change is dropped: that state either holds it or lies below `#heard`.
      if (!joined && !left) this.#set({ rev, count });
      else if (known) this.#ask();
      return;
    }
    if (rev !== known.rev + 1) return this.#ask();
    const next = new Map(known.members.map((member) => [member.id, member]));
    for (const id of left ?? []) next.delete(id);
    for (const member of joined ?? []) next.set(member.id, member);
    // A number that says something else: the room has grown too large for a list.
    if (!joined && !left && next.size !== count) this.#set({ rev, count });
    else this.#set({ rev, count, members: [...next.values()] });
  }

  #set(state: PresenceState): void {
    const before = this.#fresh ? this.#state : undefined;
    this.#state = state;
    this.#fresh = true;
    // Asks again only where the last answer has led on, so that a server that is behind is not asked for ever.
    if (state.rev < this.#heard && state.rev !== before?.rev) this.#ask();
    this.#changed(state);
  }
}
