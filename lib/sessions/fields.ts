import type { LeaveReason, Position } from '../protocol/index.js';
import type { User } from '../rooms/member.js';
import { ENDED_FIELD, seatField, type SessionState } from '../store/cluster.js';
import { requestField, runningValue } from './request-field.js';
import type { Session } from './session.js';
import { Tokens } from './token.js';

/** A session, read from what was written of it. */
export interface Written {
  readonly user: User | undefined;
  readonly address: string;
  readonly plain: boolean;
  readonly tokens: Tokens;
  readonly data: Record<string, unknown>;
  readonly lastId: number;
  readonly again: number[];
  /** Handlers that ran, each with its node and its lane. */
  readonly running: ReadonlyMap<number, { readonly node: string; readonly lane: string }>;
  readonly kept: ReadonlyMap<number, string>;
  readonly seats: ReadonlyMap<string, Position>;
  readonly departed: ReadonlyMap<string, LeaveReason>;
  /** Rooms that it has left, and whose leave hooks were not through. */
  readonly leaving: ReadonlyMap<string, LeaveReason>;
  /** Rooms that another node has taken it out of. */
  readonly expelled: ReadonlyMap<string, LeaveReason>;
  readonly seq: number;
  readonly direct: readonly { readonly seq: number; readonly text: string }[];
  /** Why it is at its end. */
  readonly ended: string | undefined;
}

/**
 * A session as fields of text, of which the answers that are kept are written by the record itself:
 *
 * - `session`: what changes seldom, as JSON
 * - `tokens`, `data`, `ids`, `seq`: the hashes of its tokens, what the app keeps, ids of requests, the last direct message
 * - `q:<id>`: a request, running (`r<node> <lane>`) or answered (`a<frame>`)
 * - `s:<room>`, `d:<room>`: a room it is in, with the position it joined at; one that it has left, with the reason
 * - `l:<room>`: a room that it has left whose leave hook runs, with the reason
 * - `x:<room>`: a room that it is to leave, with the reason; another node has written it
 * - `m:<seq>`: a direct message that has not been acknowledged
 * - `ended`: why the session is at its end
 *
 * @param node where its handlers run, where no other is known
 * @param elsewhere handlers that run on other nodes
 */
export function fieldsOf(
  session: Session,
  node: string,
  elsewhere: ReadonlyMap<number, { readonly node: string }>,
): Map<string, string> {
  const { answers, direct } = session.parts;
  const fields = new Map<string, string>();
  fields.set('session', JSON.stringify({ user: session.user, address: session.address, mode: session.mode }));
  fields.set('tokens', JSON.stringify(session.tokens));
  fields.set('ids', JSON.stringify([answers.lastId, ...answers.again]));
  if (Object.keys(session.data).length > 0) fields.set('data', JSON.stringify(session.data));
  for (const [id, lane] of answers.running) {
    fields.set(requestField(id), runningValue(elsewhere.get(id)?.node ?? node, lane));
  }
  for (const [room, { membership }] of session.seats) fields.set(seatField(room), JSON.stringify(membership.joinedAt));
  for (const [room, reason] of session.departed) fields.set(`d:${room}`, reason);
  for (const [room, reason] of session.leaving) fields.set(`l:${room}`, reason);
  if (direct.seq > 0) fields.set('seq', String(direct.seq));
  for (const { seq, text } of direct.waiting) fields.set(`m:${seq}`, text);
  if (session.endReason !== undefined) fields.set(ENDED_FIELD, session.endReason);
  return fields;
}

/** Reads a session back. */
export function readFields({ fields }: SessionState): Written {
  const { user, address, mode } = JSON.parse(fields.get('session') ?? '{}') as Pick<
    Session,
    'user' | 'address' | 'mode'
  >;
  const tokens = Object.assign(new Tokens(), JSON.parse(fields.get('tokens') ?? '{}') as Partial<Tokens>);
  const [lastId = 0, ...again] = JSON.parse(fields.get('ids') ?? '[]') as number[];
  const running = new Map<number, { node: string; lane: string }>();
  const kept = new Map<number, string>();
  const seats = new Map<string, Position>();
  const rooms = {
    d: new Map<string, LeaveReason>(),
    l: new Map<string, LeaveReason>(),
    x: new Map<string, LeaveReason>(),
  };
  const direct: { seq: number; text: string }[] = [];
  for (const [name, value] of fields) {
    if (name[1] !== ':') continue;
    const kind = name[0];
    const rest = name.slice(2);
    if (kind === 'q') {
      const id = Number(rest);
      if (value.startsWith('a')) kept.set(id, value.slice(1));
      else running.set(id, { node: value.slice(1, value.indexOf(' ')), lane: value.slice(value.indexOf(' ') + 1) });
    } else if (kind === 'm') direct.push({ seq: Number(rest), text: value });
    else if (kind === 's') seats.set(rest, JSON.parse(value) as Position);
    else if (kind === 'd' || kind === 'l' || kind === 'x') rooms[kind].set(rest, value as LeaveReason);
  }
  const bySeq = (one: { seq: number }, other: { seq: number }): number => one.seq - other.seq;
  return {
    user,
    address,
    plain: mode === 'plain',
    tokens,
    data: JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown>,
    lastId,
    again,
    running,
    kept: new Map([...kept].toSorted(([one], [other]) => one - other)),
    seats,
    departed: rooms.d,
    leaving: rooms.l,
    expelled: rooms.x,
    seq: Number(fields.get('seq') ?? 0),
    direct: direct.toSorted(bySeq),
    ended: fields.get(ENDED_FIELD),
  };
}
