/** How a channel is run. */
export interface ChannelSettings {
  /** Seconds between two messages of one person; 0 is off. */
  readonly slowMode: number;
  /** No text twice among the last 50 messages, or within 30 seconds. */
  readonly uniqueMode: boolean;
  /** Only people with an account may write. */
  readonly membersOnly: boolean;
}

/** `GET /api/channels` answers with a list of them, `POST /api/channels` with the new one. */
export interface ChannelSummary {
  readonly name: string;
  readonly topic: string;
  /** Name of the owner; channels that come with the app have none. */
  readonly owner?: string;
  /** How many are in it now. */
  readonly viewers: number;
}

/** What `POST /api/channels` takes; it needs an account, which becomes the owner. */
export interface NewChannel {
  readonly name: string;
  readonly topic: string;
}

/** What the room `lobby` carries: who comes in gets the numbers of now, then each change. */
export interface LobbyContract {
  serverToClient: { viewers: Viewers };
}

export interface Viewers {
  readonly channel: string;
  readonly viewers: number;
}
