import { RoostException } from '../protocol/index.js';
import type { Draft, Entry } from '../store/store.js';

/** @param room the room's name as JSON text */
export function encodeEntry(room: string, entry: Entry): string {
  if (entry.kind === 'retract') {
    return `{"op":"retract","room":${room},"offset":${entry.offset},"target":${entry.target}}`;
  }
  return entry.retracted ? encodeSkip(room, entry.offset) : encodeMessage(room, entry, entry.offset);
}

export function encodeSkip(room: string, offset: number): string {
  return `{"op":"skip","room":${room},"offset":${offset}}`;
}

/** @param offset left out of ephemeral messages */
export function encodeMessage(room: string, message: Draft, offset?: number): string {
  const place = offset === undefined ? '' : `,"offset":${offset}`;
  const from = message.from === undefined ? '' : `,"from":${JSON.stringify(message.from)}`;
  return `{"event":${JSON.stringify(message.event)},"room":${room},"data":${message.data}${place}${from},"ts":${message.ts}}`;
}

/**
 * Sees to it that a message fits into a frame.
 *
 * @param room the room's name
 * @throws {RoostException} TOO_LARGE
 */
export function checkSize(room: string, message: Draft, frameLimit: number, offset?: number): void {
  // Most messages are so far from the limit that nobody has to count: a UTF-16 unit takes six bytes at most, escaped.
  if ((message.data.length + message.event.length + room.length) * 6 + 200 <= frameLimit) return;
  if (Buffer.byteLength(encodeMessage(JSON.stringify(room), message, offset)) <= frameLimit) return;
  throw new RoostException('TOO_LARGE', `a message of more than ${frameLimit} bytes`);
}
