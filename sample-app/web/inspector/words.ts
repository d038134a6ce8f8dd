import { fields, type RecordedFrame } from './recorder.js';

/** What a frame is called, and what it says, in one line. */
export interface Words {
  readonly name: string;
  readonly words: string;
}

export function wordsOf({ opcode, direction, content }: RecordedFrame): Words {
  const frame = fields(content);
  switch (opcode) {
    case 'upgrade':
      return { name: '101', words: 'the connection is a WebSocket from here on' };
    case 'close':
      return { name: `close ${text(frame['code'])}`, words: closeWords(frame['code'], direction) };
    case 'ping':
      return { name: 'ping', words: 'of the WebSocket itself; the server tells of it, pages do not see it' };
    case 'pong':
      return { name: 'pong', words: 'the browser’s own answer' };
    case 'text': {
      const name = text(frame['op'] ?? frame['event'] ?? 'text');
      return { name, words: 'op' in frame ? opWords(frame) : eventWords(frame) };
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

function opWords(frame: Fields): string {
  const { room, id, offset } = frame;
  switch (frame['op']) {
    case 'connect':
      return 'session' in frame ? 'goes on with a session, from these positions' : 'wants a session';
    case 'welcome':
      return frame['resumed'] ? 'the session goes on' : 'a new session';
    case 'join':
      return `request ${text(id)}: wants to be in ${text(room)}`;
    case 'joined':
      return `answers ${text(id)}: in ${text(room)}, from entry ${text(offset)} on`;
    case 'leave':
      return `request ${text(id)}: leaves ${text(room)}`;
    case 'left':
      return `not in ${text(room)} any more: ${text(frame['reason'])}`;
    case 'history':
      return `request ${text(id)}: what was said in ${text(room)}`;
    case 'presence':
      return 'count' in frame
        ? `${text(room)}: ${text(frame['count'])} here`
        : `request ${text(id)}: who is in ${text(room)}`;
    case 'ack':
      return `answers ${text(id)}${offset === undefined ? '' : `: it is entry ${text(offset)}`}`;
    case 'error':
      return `refuses ${text(id ?? 'it')}: ${text(frame['message'])}`;
    case 'ping':
      return 'are you there?';
    case 'pong':
      return 'seq' in frame ? `yes, and messages up to ${text(frame['seq'])} are here` : 'yes';
    case 'skip':
      return `${text(room)}, entry ${text(offset)} is not for this member`;
    case 'retract':
      return `${text(room)}, entry ${text(offset)}: takes back ${text(frame['target'])}`;
    case 'gap':
      return `${text(room)}: entries are lost up to ${text(offset)}`;
    case 'reconnect':
      return `come back in ${text(frame['after'])} ms`;
    default:
      return '';
  }
}

function eventWords({ room, id, offset, seq }: Fields): string {
  const to = room === undefined ? '' : text(room);
  if (id !== undefined) return `request ${text(id)}${to && ` to ${to}`}`;
  if (offset !== undefined) return `${to}, entry ${text(offset)}`;
  if (seq !== undefined) return `to this session alone, message ${text(seq)}`;
  return to && `${to}, kept nowhere`;
}

function closeWords(code: unknown, direction: RecordedFrame['direction']): string {
  if (code === 4900) return direction === 'up' ? 'goes, and keeps the session' : 'goodbye; the session is kept';
  if (code === 4502) return 'read too slowly; a resume repairs it';
  if (code === 1006) return 'the connection broke, nobody said goodbye';
  if (code === 1012) return 'the server restarts';
  return direction === 'up' ? 'goodbye' : 'the connection is over';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
