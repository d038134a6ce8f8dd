/** What is known of a request's id: never seen, still running, or answered with this frame; or seen too long ago. */
export type Known = 'new' | 'running' | 'expired' | { readonly text: string };

/**
 * Which requests of a session have been received, and how the last ones were answered, so that each runs at most once.
 */
export class Answers {
  /** The highest id received. */
  lastId = 0;
  /** Received, and not begun. */
  readonly #waiting = new Set<number>();
  /** With the lane that each runs in. */
  readonly #running = new Map<number, string>();
  readonly #kept = new Map<number, string>();
  /** Received, and thrown away before they began: they may come again. */
  readonly #discarded = new Set<number>();
  #bytes = 0;

  constructor(
    private readonly limits: { readonly count: number; readonly bytes: number; readonly discarded: number },
  ) {}

  /** @param anew whether it is a question that is asked anew each time it comes */
  look(id: number, anew: boolean): Known {
    if (this.#running.has(id) || this.#waiting.has(id)) return 'running';
    const text = this.#kept.get(id);
    if (text !== undefined) return { text };
    return anew || id > this.lastId || this.#discarded.has(id) ? 'new' : 'expired';
  }

  /** A request has been received and is going to be answered. */
  begin(id: number): void {
    this.lastId = Math.max(this.lastId, id);
    this.#discarded.delete(id);
    this.#waiting.add(id);
  }

  /** Its handler is about to run: from here on it must not run again. */
  start(id: number, lane: string): void {
    this.#waiting.delete(id);
    this.#running.set(id, lane);
  }

  /** @param text its answer, where it is to be kept */
  settle(id: number, text: string | undefined): void {
    this.#waiting.delete(id);
    this.#running.delete(id);
    if (text === undefined || this.#kept.has(id)) return;
    this.#kept.set(id, text);
    this.#bytes += text.length;
    for (const [oldest, answer] of this.#kept) {
      if (this.#kept.size <= this.limits.count && this.#bytes <= this.limits.bytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= answer.length;
    }
  }

  /** A request will not run: the same may come again. */
  discard(id: number): void {
    this.#waiting.delete(id);
    this.#running.delete(id);
    this.#discarded.add(id);
    const [oldest] = this.#discarded;
    if (this.#discarded.size > this.limits.discarded && oldest !== undefined) this.#discarded.delete(oldest);
  }

  /** Ids whose handlers run, each with its lane. */
  get running(): ReadonlyMap<number, string> {
    return this.#running;
  }

  /** Answers that are kept, by id, oldest first. */
  get kept(): ReadonlyMap<number, string> {
    return this.#kept;
  }

  /** Ids that have been received and may come again, where another node takes over now. */
  get again(): number[] {
    return [...this.#discarded, ...this.#waiting];
  }

  /** Goes on where another node has stopped. */
  restore(
    lastId: number,
    running: ReadonlyMap<number, string>,
    kept: ReadonlyMap<number, string>,
    again: number[],
  ): void {
    this.lastId = lastId;
    for (const [id, lane] of running) this.#running.set(id, lane);
    for (const [id, text] of kept) this.settle(id, text);
    for (const id of again) this.discard(id);
  }
}
