import type { ChannelSettings } from '../channels/channel.contract.js';
import type { You } from '../people/you.js';

/** What the rooms `chat/:channel` carry; the server and the page share it. */
export interface ChatContract {
  clientToServer: {
    say: (message: { text: string }) => { offset: number };
    /** Somebody writes; told to the others for as long as it is true, every few seconds. */
    typing: () => void;
    /** Removes a message: one's own, or as a moderator anybody's. */
    remove: (message: { offset: number }) => void;
    /** Moderators: keeps somebody from writing for a while. */
    timeOut: (whom: { user: string; seconds: number; reason?: string }) => void;
    /** Moderators: takes somebody out of the channel, until they are unbanned. */
    ban: (whom: { user: string; reason?: string }) => void;
    unban: (whom: { user: string }) => void;
    /** The owner: makes an account a moderator, or takes that away again. */
    appoint: (whom: { user: string; moderator: boolean }) => void;
    /** Moderators: changes some settings. Answers with all of them. */
    set: (settings: Partial<ChannelSettings>) => ChannelSettings;
  };
  serverToClient: {
    say: ChatMessage;
    /** Ephemeral, and not told to who types. `id` is the session's public id. */
    typing: { readonly id: string; readonly name: string };
    settings: SettingsChanged;
    moderated: Moderated;
  };
  joined: Welcome;
}

/** What somebody may do in a channel, as others see it. Guests have no account. */
export type Badge = 'owner' | 'moderator' | 'guest';

/** Somebody who runs a channel. */
export interface Staff {
  /** The user's id. */
  readonly id: string;
  readonly badge: 'owner' | 'moderator';
}

export interface Author {
  /** The user's id: what moderators name somebody by. */
  readonly id: string;
  readonly name: string;
  readonly badge?: Badge;
}

export interface ChatMessage {
  readonly author: Author;
  readonly text: string;
  /** Names that are addressed as `@name` and belong to somebody who is here or has an account, in lower case. */
  readonly mentions: readonly string[];
}

export interface SettingsChanged extends ChannelSettings {
  /** Name of who changed them. */
  readonly by: string;
}

export interface Moderated {
  readonly action: 'timedOut' | 'banned' | 'unbanned' | 'appointed' | 'dismissed';
  readonly user: { readonly id: string; readonly name: string };
  /** Name of who did it. */
  readonly by: string;
  readonly seconds?: number;
  readonly reason?: string;
}

/** Told to who joins. */
export interface Welcome {
  readonly topic: string;
  readonly you: You & {
    /** The user's id, as in {@link Author}. */
    readonly user: string;
    readonly badge?: Badge;
    /** Milliseconds since 1970 until which a moderator keeps them from writing. */
    readonly timedOutUntil?: number;
  };
  readonly settings: ChannelSettings;
  readonly staff: readonly Staff[];
  /** Name of the owner; channels that come with the app have none. */
  readonly owner?: string;
}
