import type { ClientFrame, ServerFrame } from './frames.js';
import type { Position } from './position.js';
import { roomNameFault } from './room-name.js';

/** A frame that is not one of the protocol. Its message is safe to send: it never quotes the frame. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';

  /** @param id the request's id, where the frame had a valid one */
  constructor(
    message: string,
    readonly id?: number,
  ) {
    super(message);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a frame that a client sent.
 *
 * @throws {BadFrame} where it is not one of the protocol
 */
export function decodeClientFrame(text: string): ClientFrame {
  const frame = parseObject(text);
  const id = requestId(frame);
  if (frame['event'] !== undefined) {
    if (frame['op'] !== undefined) throw new BadFrame('a frame has either "op" or "event"', id);
    if (typeof frame['event'] !== 'string') throw new BadFrame('"event" must be a string', id);
    if (frame['room'] !== undefined) checkRoom(frame, id);
    return frame as unknown as ClientFrame;
  }
  switch (frame['op']) {
    case 'ping':
      break;
    case 'pong':
      if (frame['seq'] !== undefined) checkCount(frame, 'seq', id);
      break;
    case 'leave':
      checkRoom(frame, id);
      break;
    case 'presence':
      checkAsks(id);
      checkRoom(frame, id);
      break;
    case 'join':
      checkRoom(frame, id);
      if (frame['since'] !== undefined && !isPosition(frame['since'])) {
        throw new BadFrame('"since" must be {epoch, offset}', id);
      }
      break;
    case 'history':
      checkAsks(id);
      checkRoom(frame, id);
      if (frame['limit'] !== undefined) checkCount(frame, 'limit', id);
      for (const field of ['before', 'since']) {
        if (frame[field] !== undefined && !isPosition(frame[field])) checkCount(frame, field, id);
      }
      if (frame['before'] !== undefined && frame['since'] !== undefined) {
        throw new BadFrame('"before" and "since" exclude each other', id);
      }
      break;
    case 'connect':
      checkConnect(frame);
      break;
    case undefined:
      throw new BadFrame('a frame has "op" or "event"', id);
    default:
      throw new BadFrame('unknown "op"', id);
  }
  return frame as unknown as ClientFrame;
}

export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame);
}

/** Whether `value` has the shape of a position; one of another epoch or ahead of the log still has it. */
export function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, offset } = value as Partial<Position>;
  return typeof epoch === 'string' && isCount(offset);
}

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadFrame('a frame must be JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadFrame('a frame must be a JSON object');
  }
  return value as Fields;
}

function requestId(frame: Fields): number | undefined {
  const id = frame['id'];
  if (id === undefined) return undefined;
  if (!isCount(id) || id === 0) throw new BadFrame('"id" must be a positive integer');
  return id;
}

/** A question without an id could not be answered. */
function checkAsks(id: number | undefined): void {
  if (id === undefined) throw new BadFrame('"id" is missing: the answer needs it');
}

function checkRoom(frame: Fields, id: number | undefined): void {
  const room = frame['room'];
  if (typeof room !== 'string') throw new BadFrame('"room" must be a string', id);
  const fault = roomNameFault(room);
  if (fault !== undefined) throw new BadFrame(fault, id);
}

function checkCount(frame: Fields, field: string, id: number | undefined): void {
  if (!isCount(frame[field])) throw new BadFrame(`"${field}" must be a whole number from 0`, id);
}

function checkConnect(frame: Fields): void {
  const { session, rooms } = frame;
  if (session !== undefined && typeof session !== 'string') throw new BadFrame('"session" must be a string');
  if (frame['seq'] !== undefined) checkCount(frame, 'seq', undefined);
  if (rooms === undefined) return;
  if (typeof rooms !== 'object' || rooms === null || Array.isArray(rooms)) {
    throw new BadFrame('"rooms" must be an object of positions');
  }
  for (const [room, position] of Object.entries(rooms)) {
    if (roomNameFault(room) !== undefined || !isPosition(position)) {
      throw new BadFrame('"rooms" must be an object of positions');
    }
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
