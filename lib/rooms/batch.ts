import { deflatedFrame, textFrame } from '../connection/frame.js';
import type { Outbox } from '../connection/outbox.js';

/**
 * Bytes of a piece. What was gathered is handed over in pieces, since an empty queue takes any one of them, whatever its
 * bound; a frame that is longer is a piece of its own.
 */
const PIECE = 64 * 1024;

interface Item {
  readonly frame: Buffer;
  /** Members that are not to get it; each with what they get instead, if anything. */
  readonly except: readonly string[];
  readonly instead: Buffer | undefined;
  readonly ephemeral: boolean;
}

/** Frames joined to one buffer. */
interface Piece {
  readonly bytes: Buffer;
  readonly frames: number;
}

/** What a batch needs of a member. */
interface Recipient {
  readonly id: string;
  readonly member: { skip(count: number): void };
  readonly connection: { readonly outbox: Outbox; readonly compresses: boolean };
}

/**
 * What a room has gathered for its members: each message encoded, framed and compressed once, joined once, and the same
 * bytes handed to every member.
 */
export class Batch {
  #items: Item[] = [];
  #excepted = new Set<string>();
  #ephemeral = false;

  /** @param threshold bytes of payload below which a frame is not compressed */
  constructor(private readonly threshold: number) {}

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
  deliver(members: Iterable<Recipient>): void {
    const items = this.#items;
    const excepted = this.#excepted;
    const ephemeral = this.#ephemeral;
    this.#items = [];
    this.#excepted = new Set();
    this.#ephemeral = false;
    // A member takes compressed frames or plain ones, all of them or only what is not ephemeral: four forms at most.
    const forms: (readonly Piece[] | undefined)[] = [undefined, undefined, undefined, undefined];
    // A member whose queue overflows leaves the room while this runs: a set's iterator bears that.
    for (const { id, member, connection } of members) {
      const { outbox, compresses } = connection;
      const congested = ephemeral && outbox.congested;
      if (congested) member.skip(items.filter((item) => item.ephemeral && !item.except.includes(id)).length);
      if (excepted.has(id)) {
        push(outbox, pieces(own(items, id, congested)));
        continue;
      }
      const form = (compresses ? 2 : 0) + (congested ? 1 : 0);
      push(outbox, (forms[form] ??= pieces(this.#shared(items, compresses, congested))));
    }
  }

  #shared(items: readonly Item[], compressed: boolean, durable: boolean): Buffer[] {
    return items
      .filter((item) => !(durable && item.ephemeral))
      .map(({ frame }) => (compressed ? deflatedFrame(frame, this.threshold) : frame));
  }
}

/** What a member gets that is not to see everything: too few of them for their bytes to be shared. */
function own(items: readonly Item[], id: string, congested: boolean): Buffer[] {
  return items.flatMap((item) => {
    if (item.except.includes(id)) return item.instead === undefined ? [] : [item.instead];
    return congested && item.ephemeral ? [] : [item.frame];
  });
}

/** Joins frames to as few buffers as may be. */
function pieces(frames: readonly Buffer[]): Piece[] {
  const joined: Piece[] = [];
  let first = 0;
  let bytes = 0;
  for (const [index, frame] of frames.entries()) {
    if (bytes + frame.length > PIECE && index > first) {
      joined.push(join(frames.slice(first, index)));
      first = index;
      bytes = 0;
    }
    bytes += frame.length;
  }
  if (first < frames.length) joined.push(join(frames.slice(first)));
  return joined;
}

function join(frames: readonly Buffer[]): Piece {
  const [only] = frames;
  const bytes = frames.length === 1 && only !== undefined ? only : Buffer.concat(frames);
  return { bytes, frames: frames.length };
}

function push(outbox: Outbox, joined: readonly Piece[]): void {
  for (const { bytes, frames } of joined) outbox.push(bytes, frames);
}
