import type { RawFrame } from '../support/raw-client.js';

export interface Sent {
  readonly frame: RawFrame;
  /** Whether it was sent on an earlier connection too. */
  again: boolean;
}

/** What a client has asked in a session, and how it was answered: an id's answer is always the same. */
export class Ledger {
  /** The highest id given out, or known to the server. */
  lastId = 0;
  readonly pending = new Map<number, Sent>();
  readonly #answers = new Map<number, string>();
  readonly #answered = new Map<number, RawFrame>();
  readonly #abandoned = new Set<number>();

  constructor(private readonly fault: (what: string) => void) {}

  /** Gives a request its id. */
  enter(request: RawFrame): RawFrame {
    const id = ++this.lastId;
    const frame = { ...request, id };
    this.pending.set(id, { frame, again: false });
    return frame;
  }

  /** Gives up all that is not answered, as a page does that is loaded anew. */
  abandon(): void {
    for (const id of this.pending.keys()) this.#abandoned.add(id);
    this.pending.clear();
  }

  /** Whether anything was given up in this session: its answers may still come. */
  get abandoned(): boolean {
    return this.#abandoned.size > 0;
  }

  /** What is to be sent again, in order. */
  again(): RawFrame[] {
    return Array.from(this.pending.values(), (sent) => {
      sent.again = true;
      return sent.frame;
    });
  }

  /** One of the requests that have been answered. */
  answered(which: number): RawFrame | undefined {
    const frames = [...this.#answered.values()];
    return frames[which % Math.max(1, frames.length)];
  }

  /**
   * Takes an answer.
   *
   * @returns the request, and whether its answer had come before
   */
  settle(id: number, text: string): { readonly sent: Sent | undefined; readonly repeated: boolean } {
    const sent = this.pending.get(id);
    const known = this.#answers.get(id);
    if (known !== undefined && text !== known && !text.includes('DUPLICATE_ID')) this.fault(`${known} became ${text}`);
    if (sent !== undefined) {
      this.pending.delete(id);
      this.#answers.set(id, text);
      this.#answered.set(id, sent.frame);
    } else if (known === undefined && !this.#abandoned.has(id)) {
      this.fault(`answers nothing: ${text}`);
    }
    return { sent, repeated: sent === undefined && known !== undefined };
  }

  /** Joins of a room that are not answered. */
  joinsOf(room: string): Sent[] {
    return [...this.pending.values()].filter(({ frame }) => frame['op'] === 'join' && frame['room'] === room);
  }

  /** Whether behind a request there is a join of the room that was sent before the connection broke. */
  joinsAgain(room: string, id: number): boolean {
    return this.joinsOf(room).some(({ frame, again }) => again && (frame['id'] as number) > id);
  }
}
