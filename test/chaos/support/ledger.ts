import type { RoomView } from './room-view.js';

/** What all visitors together have seen of the rooms. */
export class Ledger {
  readonly faults: string[] = [];
  readonly #texts = new Map<string, string>();
  readonly #places = new Map<string, string>();
  readonly #epochs = new Map<string, Set<string>>();

  constructor(views: readonly RoomView[]) {
    for (const { name, stretches } of views) {
      for (const { epoch, from, texts } of stretches) {
        const epochs = this.#epochs.get(name) ?? new Set();
        this.#epochs.set(name, epochs.add(epoch));
        texts.forEach((text, n) => this.#enter(place(name, epoch, from + n + 1), text));
      }
    }
  }

  /** What stands in a place of a room's log; nothing where nobody has seen it. */
  at(room: string, epoch: string, offset: number): string | undefined {
    return this.#texts.get(place(room, epoch, offset));
  }

  /** How often a room's log has begun anew. */
  beginnings(room: string): number {
    return (this.#epochs.get(room)?.size ?? 1) - 1;
  }

  #enter(where: string, text: string): void {
    const other = this.#texts.get(where);
    if (other !== undefined && other !== text) this.faults.push(`${where} is ${other} and ${text}`);
    this.#texts.set(where, text);
    const elsewhere = this.#places.get(text);
    if (elsewhere !== undefined && elsewhere !== where) this.faults.push(`${text} is at ${elsewhere} and ${where}`);
    this.#places.set(text, where);
  }
}

function place(room: string, epoch: string, offset: number): string {
  return `${room} ${epoch} ${offset}`;
}
