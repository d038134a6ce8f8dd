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
  /** Another node has the session. */
  readonly onFenced: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps what is written down of a session as the session is: compares, and writes the difference. Writes of one session
 * reach the store in the order in which they were made.
 */
export class SessionRecord {
  #saved: Map<string, string>;
  #last: Promise<boolean> = Promise.resolve(true);
  #soon = false;
  /** Whether what is written may be anything. */
  #unsure = false;
  #closed = false;

  /** @param saved what is written already */
  constructor(
    readonly id: string,
    readonly generation: number,
    private readonly parts: RecordParts,
    saved: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#saved = new Map(saved);
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
    const saved = this.#unsure ? new Map<string, string>() : this.#saved;
    const set = new Map<string, string>();
    for (const [name, value] of fields) if (saved.get(name) !== value) set.set(name, value);
    const gone: string[] = [];
    for (const name of saved.keys()) if (!fields.has(name)) gone.push(name);
    if (set.size === 0 && gone.length === 0) return this.#last;
    const whole = this.#unsure;
    this.#unsure = false;
    this.#saved = fields;
    return (this.#last = this.#write(set, gone, whole));
  }

  /** Writes what has changed at the end of this turn, and does not wait for it. */
  saveSoon(): void {
    if (this.#soon || this.#closed) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      this.save().catch(() => {});
    });
  }

  /** Writes the record anew where nothing was written for long, so that it is not forgotten. */
  refresh(): void {
    this.#unsure = true;
    this.saveSoon();
  }

  /** Ends the session. @returns whether it was still this node's */
  async remove(): Promise<boolean> {
    this.#closed = true;
    return this.parts.cluster.remove(this.id, this.generation);
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed = true;
  }

  async #write(set: ReadonlyMap<string, string>, gone: readonly string[], whole: boolean): Promise<boolean> {
    try {
      const ours = await this.parts.cluster.save(this.id, this.generation, set, gone, whole);
      if (!ours && !this.#closed) {
        this.#closed = true;
        this.parts.onFenced();
      }
      return ours;
    } catch (error) {
      // Whether it was written is not known: everything is written anew.
      if (!this.#unsure) this.parts.wheel.after(AGAIN, () => this.saveSoon());
      this.#unsure = true;
      this.parts.onError(error);
      throw error;
    }
  }
}
