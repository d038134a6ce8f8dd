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
   * @param ask asks the server for the full state, unless the answer to the last question is still to come
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
  take({ rev, count, members, joined, left }: Told, full = members !== undefined): void {
    const known = this.#fresh ? this.#state : undefined;
    if (known && (rev < known.rev || (rev === known.rev && !full))) return;
    this.#heard = Math.max(this.#heard, rev);
    const moved = joined ?? left;
    let list = members;
    if (!full && known?.members && rev === known.rev + 1) {
      const next = new Map(known.members.map((member) => [member.id, member]));
      for (const id of left ?? []) next.delete(id);
      for (const member of joined ?? []) next.set(member.id, member);
      // Another count and nobody named: the room has grown too large for a list.
      if (moved || next.size === count) list = [...next.values()];
    } else if (!full && (moved || known?.members)) {
      // Before the first state a change is dropped: that state either holds it or lies below `#heard`.
      if (known) this.#ask();
      return;
    }
    this.#state = { rev, count, ...(list && { members: list }) };
    this.#fresh = true;
    if (rev < this.#heard) this.#ask();
    this.#changed(this.#state);
  }
}
