/** What a frame is to the load generator. */
export type FrameKind = 'event' | 'answer' | 'ping' | 'other';

/** How one client speaks with one kind of server. Each client has its own, which holds what the client must remember. */
export interface Dialect {
  /** Path of the upgrade. */
  readonly path: string;
  readonly subprotocol?: string;
  /** The answer to the protocol's own ping. */
  readonly pong: string;
  /** Whether it has come in and is in all of its rooms, or is back in its session with what it missed to follow. */
  readonly inside: boolean;
  /** Whether the server has let it back in where it was. */
  readonly recovered: boolean;
  /** What to send when the WebSocket is open. */
  opened(): string[];
  /** Reads a frame while coming in, and returns what to send. */
  entering(text: string): string[];
  /** Says what a frame is by its first bytes. */
  kindOf(bytes: Buffer, start: number, length: number): FrameKind;
  /** Reads a room's message, to know how far the client has got. */
  note(text: string): void;
  /** The connection is gone; the next one is to take up the session. */
  cut(): void;
  /** A message to a handler that answers. */
  say(event: string, data: object): string;
}

export const DIALECTS = ['roost', 'plain', 'socket.io'] as const;
export type DialectName = (typeof DIALECTS)[number];
