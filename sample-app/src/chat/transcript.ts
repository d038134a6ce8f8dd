import type { ChatMessage, Moderated, SettingsChanged } from './chat.contract.js';

/** What a channel's log knows of each of its entries. */
interface Logged {
  readonly offset: number;
  /** When it was said, in milliseconds since 1970. */
  readonly ts: number;
  /** Public id of the session that said it. */
  readonly from?: string | undefined;
}

/** One message of a channel. */
export interface Line extends Logged {
  readonly event: 'say';
  readonly data: ChatMessage;
}

/** What was done in a channel besides talking. */
export type Notice = Logged &
  (
    | { readonly event: 'settings'; readonly data: SettingsChanged }
    | { readonly event: 'moderated'; readonly data: Moderated }
  );

/** The end of a channel's log: the last entries, and the position that they lead up to. */
export interface Transcript {
  readonly epoch: string;
  readonly offset: number;
  readonly messages: readonly (Line | Notice)[];
  /** Whether there are earlier ones. */
  readonly more: boolean;
}

/** Entries of one transcript. */
export const TRANSCRIPT_LENGTH = 50;
