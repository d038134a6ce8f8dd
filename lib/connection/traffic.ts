import { CloseCode } from '../protocol/index.js';

/** Sizes of batches are counted up to 1, 2, 4 and so on to 1,024 frames, and above. */
const SIZES = 12;

/** Codes that are counted by themselves: the standard's and Roost's. A client may close with any other, one each time. */
const KNOWN: ReadonlySet<number> = new Set([
  ...Array.from({ length: 16 }, (_, i) => 1000 + i),
  ...Object.values(CloseCode),
]);
const OTHER = 0;

/**
 * What goes through the connections of one node, counted since its start. Numbers only, and none for a single delivery:
 * what a socket is sent is counted once for each write.
 */
export class Traffic {
  frames = 0;
  writes = 0;
  bytes = 0;
  received = 0;
  /** Writes by their number of frames: the i-th counts those with at most 2^i, and more than the one before. */
  readonly batches: number[] = Array.from({ length: SIZES }, () => 0);
  /** Connections that were closed, by code. */
  readonly closes = new Map<number, number>();

  /** Frames were written to a socket, at once. */
  wrote(frames: number, bytes: number): void {
    this.writes++;
    this.frames += frames;
    this.bytes += bytes;
    const size = Math.min(SIZES - 1, 32 - Math.clz32(frames - 1));
    this.batches[size] = (this.batches[size] ?? 0) + 1;
  }

  closed(code: number): void {
    const counted = KNOWN.has(code) ? code : OTHER;
    this.closes.set(counted, (this.closes.get(counted) ?? 0) + 1);
  }
}
