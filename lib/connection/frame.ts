import { constants, deflateRawSync } from 'node:zlib';

/** First byte of a final text frame, and the bit that says that it is compressed (RFC 6455, 5.2; RFC 7692, 6). */
const TEXT = 0x81;
const COMPRESSED = 0x40;

/**
 * Makes a WebSocket text frame as a server sends it: final, unmasked, not compressed (RFC 6455, section 5.2).
 *
 * @param text the payload
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = headerSize(length);
  const frame = Buffer.allocUnsafe(start + length);
  writeHeader(frame, TEXT, length);
  frame.write(text, start);
  return frame;
}

/**
 * Makes the compressed form of a frame for connections that negotiated permessage-deflate without context takeover: it
 * depends on no frame before it, so that all of them can be given the same bytes (RFC 7692, section 7.2.1).
 *
 * @param frame a frame of {@link textFrame}
 * @param threshold bytes of payload below which a frame stays as it is
 */
export function deflatedFrame(frame: Buffer, threshold: number): Buffer {
  const start = headerSizeOf(frame);
  if (frame.length - start < threshold) return frame;
  const deflated = deflateRawSync(frame.subarray(start), { finishFlush: constants.Z_SYNC_FLUSH });
  // A flush ends with an empty block, which is not sent.
  const length = deflated.length - 4;
  const head = headerSize(length);
  if (head + length >= frame.length) return frame;
  const compressed = Buffer.allocUnsafe(head + length);
  writeHeader(compressed, TEXT | COMPRESSED, length);
  deflated.copy(compressed, head, 0, length);
  return compressed;
}

function headerSize(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

function headerSizeOf(frame: Buffer): number {
  if (frame[1] === 126) return 4;
  return frame[1] === 127 ? 10 : 2;
}

function writeHeader(frame: Buffer, first: number, length: number): void {
  frame[0] = first;
  if (length < 126) {
    frame[1] = length;
  } else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(Math.floor(length / 0x1_0000_0000), 2);
    frame.writeUInt32BE(length >>> 0, 6);
  }
}
