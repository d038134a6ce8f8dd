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
