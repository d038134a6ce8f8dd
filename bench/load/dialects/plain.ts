import type { Dialect, FrameKind } from './dialect.js';

/** Place of the letter that tells `{"event":"message"`, `{"event":"answer"` and `{"event":"joined"` apart. */
const NAME_AT = 10;
const LETTER_A = 'a'.charCodeAt(0);
const LETTER_M = 'm'.charCodeAt(0);

/** `{event, data}`, as stock gateways on `platform-ws` speak, and servers that have no protocol of their own. */
export class PlainDialect implements Dialect {
  readonly path = '/ws';
  readonly pong = '';
  readonly recovered = false;
  #joined = 0;

  constructor(private readonly rooms: readonly string[]) {}

  get inside(): boolean {
    return this.#joined === this.rooms.length;
  }

  opened(): string[] {
    return this.rooms.map((room) => JSON.stringify({ event: 'join', data: room }));
  }

  entering(text: string): string[] {
    if ((JSON.parse(text) as { event: string }).event !== 'joined') throw new Error(text);
    this.#joined++;
    return [];
  }

  kindOf(bytes: Buffer, start: number): FrameKind {
    const letter = bytes[start + NAME_AT];
    if (letter === LETTER_M) return 'event';
    return letter === LETTER_A ? 'answer' : 'other';
  }

  note(): void {}

  cut(): void {
    this.#joined = 0;
  }

  say(event: string, data: object): string {
    return JSON.stringify({ event, data: { room: this.rooms[0], ...data } });
  }
}
