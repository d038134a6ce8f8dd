import { isUnavailable } from '../protocol/index.js';
import type { Cluster, Saved, SessionChanges } from '../store/cluster.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import { answeredRequest, answeredValue, requestField } from './request-field.js';

/** Milliseconds after which what could not be written is tried again. */
const AGAIN = 1_000;

type Changes = Omit<SessionChanges, 'anew'>;

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
 * Keeps what is written down of a session as the session is: compares, and writes the difference. One write at a time:
 * the store may ask Redis twice for one, or again where a connection broke, and what was older would undo what is newer.
 * What changes meanwhile is the next one.
 */
export class SessionRecord {
  #saved: Map<string, string>;
  /** Ids whose answers are written: there may be many, and each save would make and compare them all. */
  readonly #answered = new Set<number>();
  #savedAway: boolean;
  #last: Promise<boolean> = Promise.resolve(true);
  #writing = false;
  /** The write that follows the one that is on its way, where somebody waits for it. */
  #next: { readonly written: Promise<boolean>; readonly begin: (written: Promise<boolean>) => void } | undefined;
  #soon = false;
  #again: Timer | undefined;
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
    const { cluster, ttl } = this.parts;
    const fields = this.parts.fields();
    this.#saved = fields;
    this.#last = this.#alone(() => cluster.create(this.id, fields, ttl).then(() => true));
    await this.#last;
  }

  /**
   * Writes what has changed.
   *
   * @returns whether the session is still this node's
   * @throws {RoostException} UNAVAILABLE where it, or the write before, could not be written; it is tried again
   */
  save(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    if (this.#writing) return (this.#next ??= follower()).written;
    const changes = this.#compare();
    // The same promise: who waits for all to be written sees by it that nothing is new.
    if (changes === undefined) return this.#last;
    return (this.#last = this.#alone(() => this.#write(changes)));
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
    this.close();
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
    this.close();
    await this.#last.catch(() => undefined);
    await this.parts.cluster.remove(this.id, this.generation);
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#again?.cancel();
  }

  async #alone(write: () => Promise<boolean>): Promise<boolean> {
    this.#writing = true;
    let next = async (): Promise<boolean> => this.save();
    try {
      return await write();
    } catch (error) {
      next = async () => {
        throw error;
      };
      throw error;
    } finally {
      this.#writing = false;
      // Who has waited comes before who hears of this one, and may want another.
      const following = this.#next;
      this.#next = undefined;
      following?.begin(next());
    }
  }

  /** What is to be written; nothing where nothing has changed. It counts as written from here on. */
  #compare(): Changes | undefined {
    const fields = this.parts.fields();
    const away = this.parts.away();
    const whole = this.#unsure;
    const saved = whole ? new Map<string, string>() : this.#saved;
    const set = new Map<string, string>();
    for (const [name, value] of fields) if (saved.get(name) !== value) set.set(name, value);
    const gone = this.#compareAnswers(set, whole).filter((name) => !fields.has(name));
    for (const name of saved.keys()) if (!fields.has(name) && !set.has(name)) gone.push(name);
    if (set.size === 0 && gone.length === 0 && away === this.#savedAway) return undefined;
    this.#unsure = false;
    this.#saved = fields;
    this.#savedAway = away;
    return { set, gone, whole, away };
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

  async #write(changes: Changes): Promise<boolean> {
    const { cluster, writesAnew, wheel, onFenced, onError } = this.parts;
    const { gone, whole } = changes;
    let saved: Saved;
    try {
      saved = await cluster.save(this.id, this.generation, { ...changes, anew: whole && writesAnew() });
    } catch (error) {
      // Whether it was written is not known: everything is written anew.
      this.#unsure = true;
      this.#again ??= wheel.after(AGAIN, () => {
        this.#again = undefined;
        this.saveSoon();
      });
      // That the store is away it says itself.
      if (!isUnavailable(error)) onError(error);
      throw error;
    }
    if (saved === 'saved') return true;
    if (this.#closed) return false;
    if (saved === 'missing' && !whole && writesAnew()) {
      this.#unsure = true;
      const all = this.#compare();
      if (all !== undefined) return this.#write(all);
    }
    this.close();
    onFenced(gone);
    return false;
  }
}

/** A write that has not begun. */
function follower() {
  let begin = (_written: Promise<boolean>): void => {};
  const written = new Promise<boolean>((resolve) => (begin = resolve));
  return { written, begin };
}
