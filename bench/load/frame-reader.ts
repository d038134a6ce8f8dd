/** Bytes of a payload that are there when a frame is told, or all of a shorter one: enough to see what it is. */
const PEEK = 16;

/** First byte of a frame: what it is. */
export const Head = {
  TEXT: 0x81,
  COMPRESSED_TEXT: 0xc1,
  CLOSE: 0x88,
  PING: 0x89,
} as const;

/**
 * @param head the frame's first byte
 * @param bytes where the payload stands; valid during the call only
 * @param start of the payload
 * @param length of the payload, of which only the first bytes need be there
 */
type OnFrame = (head: number, bytes: Buffer, start: number, length: number) => void;

/** Finds the frames in what a server sends. It reads headers and jumps over payloads, unless they are asked for. */
export class FrameReader {
  /** Whether frames are told only when their payloads are there as a whole. */
  whole = true;
  /** Bytes of a payload that are still to come. */
  #skip = 0;
  /** The beginning of a frame of which not enough is there. */
  #rest: Buffer | undefined;

  constructor(private readonly onFrame: OnFrame) {}

  /** @param size bytes of the chunk that count */
  read(chunk: Buffer, size: number): void {
    let bytes = chunk;
    let end = size;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, size)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    let at = this.#skip;
    while (at + 2 <= end) {
      const short = (bytes[at + 1] as number) & 0x7f;
      const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
      if (start > end) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      if (start + (this.whole ? length : Math.min(length, PEEK)) > end) break;
      this.onFrame(bytes[at] as number, bytes, start, length);
      at = start + length;
    }
    this.#skip = Math.max(0, at - end);
    if (at < end) this.#rest = Buffer.from(bytes.subarray(at, end));
  }
}

/** A text frame as a client sends it; the mask is zero, so that the payload need not be touched. */
export function clientFrame(text: string): Buffer {
  return maskedFrame(Head.TEXT, Buffer.from(text));
}

/** The answer to a WebSocket ping without a payload. */
export const PONG = maskedFrame(0x8a, Buffer.alloc(0));

function maskedFrame(head: number, payload: Buffer): Buffer {
  const { length } = payload;
  const start = length < 126 ? 6 : 8;
  const frame = Buffer.alloc(start + length);
  frame[0] = head;
  frame[1] = 0x80 | Math.min(length, 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  payload.copy(frame, start);
  return frame;
}
