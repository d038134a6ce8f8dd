import type { ChatMessage } from './chat.contract.js';

/** One message of a channel, and what the room's log knows of it. */
export interface Line {
  readonly offset: number;
  /** When it was said, in milliseconds since 1970. */
  readonly ts: number;
  /** Public id of the session that said it. */
  readonly from?: string | undefined;
  readonly data: ChatMessage;
}

/** The end of a channel's log: the last messages, and the position that they lead up to. */
export interface Transcript {
  readonly epoch: string;
  readonly offset: number;
  readonly messages: readonly Line[];
  /** Whether there are earlier ones. */
  readonly more: boolean;
}

/** Messages of one transcript. */
export const TRANSCRIPT_LENGTH = 50;
