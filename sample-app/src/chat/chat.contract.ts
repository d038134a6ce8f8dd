import type { You } from '../people/you.js';

/** What the rooms `chat/:channel` carry; the server and the page share it. */
export interface ChatContract {
  clientToServer: { say: (message: { text: string }) => { offset: number } };
  serverToClient: { say: ChatMessage };
  joined: Welcome;
}

export interface ChatMessage {
  /** Nickname of who said it. */
  readonly from: string;
  readonly text: string;
}

/** Told to who joins. */
export interface Welcome {
  readonly topic: string;
  readonly you: You;
}
