import type { RosterEntry } from '../store/cluster.js';
import type { Draft, Entry } from '../store/store.js';

/** Separates fields; JSON text has none of it. */
export const SEPARATOR = '\u001f';

/**
 * A message as it is kept and sent: `<ts> <nonce> m <event> <from> <except> <data>`, all but the first three as JSON
 * text, so that no field has a separator in it.
 */
export function messageText({ event, data, ts, from, except }: Draft, nonce: string): string {
  return [
    ts,
    nonce,
    'm',
    JSON.stringify(event),
    JSON.stringify(from ?? null),
    JSON.stringify(except ?? null),
    data,
  ].join(SEPARATOR);
}

/** The retraction of a message: `<ts> <nonce> r <target>`. */
export function retractionText(target: number, ts: number, nonce: string): string {
  return [ts, nonce, 'r', target].join(SEPARATOR);
}

/** Reads an entry: a message, one that was retracted (kind `x`, without its data), or a retraction. */
export function readEntry(text: string, offset: number): { readonly entry: Entry; readonly nonce: string } {
  const [date = '', nonce = '', kind, first = '', from = 'null', except = 'null', data = 'null'] =
    text.split(SEPARATOR);
  const ts = Number(date);
  if (kind === 'r') return { nonce, entry: { kind: 'retract', offset, target: Number(first), ts } };
  const event = JSON.parse(first) as string;
  if (kind === 'x') return { nonce, entry: { kind: 'message', offset, event, data: 'null', ts, retracted: true } };
  const whose = JSON.parse(from) as string | null;
  const spared = JSON.parse(except) as string[] | null;
  const entry = {
    kind: 'message' as const,
    offset,
    event,
    data,
    ts,
    ...(whose !== null && { from: whose }),
    ...(spared !== null && { except: spared }),
  };
  return { nonce, entry };
}

/** Splits a message of a channel: its kind, and as many fields as are asked for, the last with all that is left. */
export function fieldsOfMessage(message: string, count: number): string[] {
  const fields: string[] = [];
  let start = 2;
  for (let field = 1; field < count; field++) {
    const end = message.indexOf(SEPARATOR, start);
    fields.push(message.slice(start, end));
    start = end + 1;
  }
  fields.push(message.slice(start));
  return fields;
}

/** A message of a channel that no script makes. */
export function channelMessage(kind: string, text: string): string {
  return `${kind}${SEPARATOR}${text}`;
}

/** Reads what is written of a member of a room: `<generation> <value>`. */
export function readRosterEntry(text: string): RosterEntry {
  const end = text.indexOf(' ');
  return { generation: Number(text.slice(0, end)), value: text.slice(end + 1) };
}
