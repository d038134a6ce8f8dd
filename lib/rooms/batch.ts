import { textFrame } from '../connection/frame.js';
import type { Connection } from '../connection/connection.js';

interface Item {
  readonly frame: Buffer;
  /** Members that are not to get it; each with what they get instead, if anything. */
  readonly except: readonly string[];
  readonly instead: Buffer | undefined;
  readonly ephemeral: boolean;
}

/**
 * What a room has gathered for its members: each message encoded and framed once, joined once, and the same bytes handed
 * to every member.
 */
export class Batch {
  #items: Item[] = [];
  #excepted = new Set<string>();
  #ephemeral = false;
  /** Ephemeral messages that were skipped for members whose queue is long. */
  skipped = 0;

  get empty(): boolean {
    return this.#items.length === 0;
  }

  /**
   * @param text the frame
   * @param except public ids of members that are not to get it
   * @param instead the frame they get in its place
   */
  add(text: string, options: { except?: readonly string[]; instead?: string; ephemeral?: boolean } = {}): void {
    const { except = [], instead, ephemeral = false } = options;
    for (const id of except) this.#excepted.add(id);
    this.#ephemeral ||= ephemeral;
    this.#items.push({
      frame: textFrame(text),
      except,
      instead: instead === undefined ? undefined : textFrame(instead),
      ephemeral,
    });
  }

  /** Hands what was gathered to the members, and begins anew. */
  deliver(members: Iterable<{ readonly id: string; readonly connection: Connection }>): void {
    const items = this.#items;
    const excepted = this.#excepted;
    const ephemeral = this.#ephemeral;
    this.#items = [];
    this.#excepted = new Set();
    this.#ephemeral = false;
    const all = join(items);
    let durable: Buffer | undefined;
    // A member whose queue overflows leaves the room while this runs: a set's iterator bears that.
    for (const { id, connection } of members) {
      const congested = ephemeral && connection.outbox.congested;
      if (excepted.has(id)) {
        push(connection, own(items, id, congested));
      } else if (congested) {
        push(connection, (durable ??= join(items.filter((item) => !item.ephemeral))));
      } else {
        connection.outbox.push(all);
      }
      if (congested) this.skipped++;
    }
  }
}

function own(items: readonly Item[], id: string, congested: boolean): Buffer {
  return Buffer.concat(
    items.flatMap((item) => {
      if (item.except.includes(id)) return item.instead === undefined ? [] : [item.instead];
      return congested && item.ephemeral ? [] : [item.frame];
    }),
  );
}

function join(items: readonly Item[]): Buffer {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only.frame : Buffer.concat(items.map((item) => item.frame));
}

function push(connection: Connection, chunk: Buffer): void {
  if (chunk.length > 0) connection.outbox.push(chunk);
}
