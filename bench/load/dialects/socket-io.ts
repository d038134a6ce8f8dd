import type { Dialect, FrameKind } from './dialect.js';

/** Packet types of Engine.IO, then of Socket.IO inside its messages. */
const OPEN = '0';
const CONNECT = '40';
const ACK = '43';
const MESSAGE = '4'.charCodeAt(0);
const EVENT = '2'.charCodeAt(0);
const ANSWER = '3'.charCodeAt(0);
const PING = '2'.charCodeAt(0);

/** Socket.IO's packets, over its WebSocket transport. */
export class SocketIoDialect implements Dialect {
  readonly path = '/socket.io/?EIO=4&transport=websocket';
  readonly pong = '3';
  recovered = false;
  #joined = 0;
  #id = 0;
  #pid: string | undefined;
  #offset: string | undefined;
  #back = false;

  constructor(private readonly rooms: readonly string[]) {}

  get inside(): boolean {
    return this.#back || this.#joined === this.rooms.length;
  }

  opened(): string[] {
    return [];
  }

  entering(text: string): string[] {
    if (text.startsWith(OPEN)) {
      const { pid, offset } = { pid: this.#pid, offset: this.#offset };
      return [pid === undefined || offset === undefined ? CONNECT : `${CONNECT}${JSON.stringify({ pid, offset })}`];
    }
    if (text.startsWith(CONNECT)) {
      const { pid } = JSON.parse(text.slice(CONNECT.length)) as { pid?: string };
      const known = this.#pid;
      this.#pid = pid;
      if (known === undefined) return this.rooms.map((room) => `42${++this.#id}${JSON.stringify(['join', room])}`);
      this.recovered = pid === known;
      this.#back = true;
    } else if (text.startsWith(ACK)) {
      this.#joined++;
    }
    return [];
  }

  kindOf(bytes: Buffer, start: number, length: number): FrameKind {
    if (length === 1 && bytes[start] === PING) return 'ping';
    if (bytes[start] !== MESSAGE) return 'other';
    if (bytes[start + 1] === EVENT) return 'event';
    return bytes[start + 1] === ANSWER ? 'answer' : 'other';
  }

  note(text: string): void {
    // With recovery on, the server adds an offset behind each event's arguments.
    const offset = (JSON.parse(text.slice(2)) as unknown[]).at(-1);
    if (typeof offset === 'string') this.#offset = offset;
  }

  cut(): void {
    this.#joined = 0;
    this.#back = false;
    this.recovered = false;
  }

  say(event: string, data: object): string {
    return `42${++this.#id}${JSON.stringify([event, { room: this.rooms[0], ...data }])}`;
  }
}
