import type { Dialect, FrameKind } from './dialect.js';

interface ServerFrame {
  readonly op?: string;
  readonly room?: string;
  readonly session: { readonly token: string };
  readonly resumed?: boolean;
  readonly rooms?: Readonly<Record<string, { readonly recovered: boolean }>>;
  readonly epoch: string;
  readonly offset: number;
}

const PING = '{"op":"ping"}';
/** Places of the letters that tell frames apart: `{"event"` from `{"op"`, and `{"op":"ack"` from other operations. */
const EVENT_AT = 2;
const ACK_AT = 7;
const LETTER_E = 'e'.charCodeAt(0);
const LETTER_A = 'a'.charCodeAt(0);

/** Session mode, `roost.v1`. */
export class RoostDialect implements Dialect {
  readonly path = '/ws';
  readonly subprotocol = 'roost.v1';
  readonly pong = '{"op":"pong"}';
  recovered = false;
  #joined = 0;
  #id = 0;
  #token: string | undefined;
  #back = false;
  readonly #positions: Record<string, { epoch: string; offset: number }> = {};

  constructor(private readonly rooms: readonly string[]) {}

  get inside(): boolean {
    return this.#back || this.#joined === this.rooms.length;
  }

  opened(): string[] {
    if (this.#token === undefined) return ['{"op":"connect"}'];
    return [JSON.stringify({ op: 'connect', session: this.#token, rooms: this.#positions })];
  }

  entering(text: string): string[] {
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.op === 'welcome') {
      const returning = this.#token !== undefined;
      this.#token = frame.session.token;
      if (!returning) return this.rooms.map((room) => JSON.stringify({ op: 'join', id: ++this.#id, room }));
      this.#back = true;
      this.recovered = frame.resumed === true && Object.values(frame.rooms ?? {}).every((room) => room.recovered);
    } else if (frame.op === 'joined') {
      this.#joined++;
      this.#positions[frame.room ?? ''] = { epoch: frame.epoch, offset: frame.offset };
    } else if (frame.op === 'error') {
      throw new Error(text);
    }
    return [];
  }

  kindOf(bytes: Buffer, start: number, length: number): FrameKind {
    if (bytes[start + EVENT_AT] === LETTER_E) return 'event';
    if (bytes[start + ACK_AT] === LETTER_A) return 'answer';
    return length === PING.length && bytes.toString('latin1', start, start + length) === PING ? 'ping' : 'other';
  }

  note(text: string): void {
    const { room = '', offset } = JSON.parse(text) as ServerFrame;
    const position = this.#positions[room];
    if (position !== undefined) position.offset = offset;
  }

  cut(): void {
    this.#joined = 0;
    this.#back = false;
    this.recovered = false;
  }

  say(event: string, data: object): string {
    return JSON.stringify({ event, room: this.rooms[0], id: ++this.#id, data });
  }
}
