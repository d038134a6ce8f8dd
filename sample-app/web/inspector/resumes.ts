import { fields, type RecordedFrame } from './recorder.js';

/** How a room came back. */
export interface ResumedRoom {
  readonly name: string;
  /** The last entry that was here before. */
  readonly from: number;
  readonly recovered: boolean;
  /** The last entry that there was when the client came back; unknown until it has asked. */
  readonly top: number | undefined;
  /** Frames of the entries in between, as far as they are here. */
  readonly replayed: readonly RecordedFrame[];
}

/** A session that went on with another connection. */
export interface Resume {
  readonly connect: RecordedFrame;
  readonly welcome: RecordedFrame;
  readonly rooms: readonly ResumedRoom[];
}

/**
 * The resumes among recorded frames.
 *
 * What was replayed ends at the top of the room's log, for which a client that listens to `onRecovery` asks.
 */
export function resumesIn(frames: readonly RecordedFrame[]): Resume[] {
  return frames.flatMap((welcome) => {
    const { op, resumed, rooms } = fields(welcome.content);
    if (op !== 'welcome' || resumed !== true) return [];
    const own = frames.filter(({ connection }) => connection === welcome.connection);
    const connect = own.find(({ content }) => fields(content)['op'] === 'connect');
    if (connect === undefined) return [];
    return [{ connect, welcome, rooms: Object.entries(fields(rooms)).map(([name, room]) => roomOf(own, name, room)) }];
  });
}

function roomOf(own: readonly RecordedFrame[], name: string, room: unknown): ResumedRoom {
  const { offset, recovered } = fields(room);
  const from = Number(offset);
  const top = topOf(own, name);
  const replayed = own.filter(({ direction, content }) => {
    const frame = fields(content);
    const isEntry = 'event' in frame || frame['op'] === 'skip' || frame['op'] === 'retract';
    if (direction !== 'down' || frame['room'] !== name || !isEntry) return false;
    const place = Number(frame['offset']);
    return place > from && place <= (top ?? 0);
  });
  return { name, from, recovered: recovered === true, top, replayed };
}

function topOf(own: readonly RecordedFrame[], name: string): number | undefined {
  const asked = own.find(({ content }) => {
    const { op, room } = fields(content);
    return op === 'history' && room === name;
  });
  const id = asked && fields(asked.content)['id'];
  const answer = own.find(({ direction, content }) => {
    const frame = fields(content);
    return direction === 'down' && id !== undefined && frame['id'] === id && frame['op'] === 'ack';
  });
  const top = answer && fields(fields(answer.content)['data'])['offset'];
  return top === undefined ? undefined : Number(top);
}
