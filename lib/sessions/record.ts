import { isUnavailable } from '../protocol/index.js';
import type { Cluster } from '../store/cluster.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { answeredRequest, answeredValue, requestField } from './request-field.js';

/** Milliseconds after which what could not be written is tried again. */
const AGAIN = 1_000;

export interface RecordParts {
  readonly cluster: Cluster;
  readonly wheel: TimerWheel;
  /** Milliseconds that a record is kept after it was last written. */
  readonly ttl: number;
  /** What is to be written now, but for answers. */
  readonly fields: () => Map<string, string>;
  /** Answers that are kept, by the ids of their requests; one never changes. */
  readonly answers: ReadonlyMap<number, string>;
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
  /** Ids whose answers are written: there may be many, and each save would make and compare them all. */
  readonly #answered = new Set<number>();
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
    for (const [name, value] of saved) {
      const id = answeredRequest(name, value);
      if (id === undefined) continue;
      this.#saved.delete(name);
      this.#answered.add(id);
    }
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
    const fields = this.parts.fields();
    const away = this.parts.away();
    const whole = this.#unsure;
    const saved = whole ? new Map<string, string>() : this.#saved;
    const set = new Map<string, string>();
    for (const [name, value] of fields) if (saved.get(name) !== value) set.set(name, value);
    const gone = this.#compareAnswers(set, whole).filter((name) => !fields.has(name));
    for (const name of saved.keys()) if (!fields.has(name) && !set.has(name)) gone.push(name);
    // The same promise: who waits for all to be written sees by it that nothing is new.
    if (set.size === 0 && gone.length === 0 && away === this.#savedAway) return this.#last;
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
    let last: Promise<boolean>;
    let written: boolean;
    do {
      last = this.save();
      written = await last.catch(() => false);
    } while (written && this.save() !== last);
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

  /** Adds answers that are not written yet. @returns fields of those that are no longer kept */
  #compareAnswers(set: Map<string, string>, whole: boolean): string[] {
    const { answers } = this.parts;
    const gone: string[] = [];
    for (const id of this.#answered) {
      if (answers.has(id)) continue;
      this.#answered.delete(id);
      if (!whole) gone.push(requestField(id));
    }
    for (const [id, text] of answers) {
      if (!whole && this.#answered.has(id)) continue;
      this.#answered.add(id);
      set.set(requestField(id), answeredValue(text));
    }
    return gone;
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
