import { isUnavailable } from '../protocol/index.js';
import type { Cluster } from '../store/cluster.js';
import type { TimerWheel } from '../time/timer-wheel.js';

/** Milliseconds after which what could not be written is tried again. */
const AGAIN = 1_000;

export interface RecordParts {
  readonly cluster: Cluster;
  readonly wheel: TimerWheel;
  /** Milliseconds that a record is kept after it was last written. */
  readonly ttl: number;
  /** What is to be written now. */
  readonly fields: () => Map<string, string>;
  /** Whether nobody is connected. */
  readonly away: () => boolean;
  /** Whether a record that is missing was lost, and is to be written anew: nobody else can have ended the session. */
  readonly writesAnew: () => boolean;
  /** Another node has the session. @param gone fields that were to be removed, and are not */
  readonly onFenced: (gone: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps what is written down of a session as the session is: compares, and writes the difference. Writes of one session
 * reach the store in the order in which they were made.
 */
export class SessionRecord {
  #saved: Map<string, string>;
  #savedAway: boolean;
  #last: Promise<boolean> = Promise.resolve(true);
  #soon = false;
  /** Whether what is written may be anything. */
  #unsure = false;
  #closed = false;

  /**
   * @param saved what is written already
   * @param away whether it is written that nobody is connected
   */
  constructor(
    readonly id: string,
    readonly generation: number,
    private readonly parts: RecordParts,
    saved: ReadonlyMap<string, string> = new Map(),
    away = false,
  ) {
    this.#saved = new Map(saved);
    this.#savedAway = away;
  }

  /** Writes a new session. */
  async create(): Promise<void> {
    const fields = this.parts.fields();
    this.#saved = fields;
    await this.parts.cluster.create(this.id, fields, this.parts.ttl);
  }

  /**
   * Writes what has changed.
   *
   * @returns whether the session is still this node's
   * @throws {RoostException} UNAVAILABLE where it could not be written; it is tried again
   */
  save(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    const { fields, set, gone, away, differs } = this.#compare();
    if (!differs) return this.#last;
    const whole = this.#unsure;
    this.#unsure = false;
    this.#saved = fields;
    this.#savedAway = away;
    return (this.#last = this.#write(set, gone, whole, away));
  }

  /**
   * Writes what has changed, and what changes while it is written, and then nothing any more.
   *
   * @returns whether everything was written
   */
  async finish(): Promise<boolean> {
    let written = true;
    while (written && !this.#closed && this.#compare().differs) written = await this.save().catch(() => false);
    written &&= await this.#last.catch(() => false);
    this.#closed = true;
    return written;
  }

  /** Writes what has changed at the end of this turn, and does not wait for it. */
  saveSoon(): void {
    if (this.#soon || this.#closed) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      // What failed is tried again.
      this.save().catch(() => undefined);
    });
  }

  /** Writes everything anew, whatever is written; tried again where it fails. */
  async rewrite(): Promise<void> {
    this.#unsure = true;
    await this.save().catch(() => undefined);
  }

  /** Another wrote a field, which the next {@link save} removes where the session has none of this name. */
  noticed(field: string): void {
    this.#saved.set(field, '');
  }

  /**
   * Ends the session where nobody has come back to it.
   *
   * @param ttl milliseconds that it has to be away
   * @returns whether it has ended, or how many milliseconds are left
   */
  expire(ttl: number, reason: string): Promise<'ended' | 'taken' | number> {
    return this.parts.cluster.expire(this.id, this.generation, ttl, reason);
  }

  /** Removes what is written: the session is over, and everybody has heard of it. */
  async remove(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => undefined);
    await this.parts.cluster.remove(this.id, this.generation);
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed = true;
  }

  #compare() {
    const fields = this.parts.fields();
    const away = this.parts.away();
    const saved = this.#unsure ? new Map<string, string>() : this.#saved;
    const set = new Map<string, string>();
    for (const [name, value] of fields) if (saved.get(name) !== value) set.set(name, value);
    const gone: string[] = [];
    for (const name of saved.keys()) if (!fields.has(name)) gone.push(name);
    const differs = set.size > 0 || gone.length > 0 || away !== this.#savedAway;
    return { fields, set, gone, away, differs };
  }

  async #write(
    set: ReadonlyMap<string, string>,
    gone: readonly string[],
    whole: boolean,
    away: boolean,
  ): Promise<boolean> {
    const { cluster, writesAnew, wheel, onFenced, onError } = this.parts;
    try {
      const changes = { set, gone, whole, away, anew: whole && writesAnew() };
      const saved = await cluster.save(this.id, this.generation, changes);
      if (saved === 'saved') return true;
      if (this.#closed) return false;
      if (saved === 'missing' && !whole && writesAnew()) {
        this.#unsure = true;
        return await this.save();
      }
      this.#closed = true;
      onFenced(gone);
      return false;
    } catch (error) {
      // Whether it was written is not known: everything is written anew.
      if (!this.#unsure) wheel.after(AGAIN, () => this.saveSoon());
      this.#unsure = true;
      // That the store is away it says itself.
      if (!isUnavailable(error)) onError(error);
      throw error;
    }
  }
}
