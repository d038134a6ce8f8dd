import type { Position } from 'nestjs-roost';
import type { You } from '../people/you.js';

/** The ways in which a channel is followed. */
export const WAYS = ['polling', 'long-polling', 'events', 'websocket'] as const;
export type Way = (typeof WAYS)[number];

/** How often something is said: milliseconds from one message to the next, on average. */
export const RATES = { quiet: 10_000, chat: 1_000, busy: 100 } as const;
export type Rate = keyof typeof RATES;

/** What the rooms `compare/:channel` carry, which are followed. */
export interface CompareContract {
  clientToServer: { say: (message: { text: string }) => Position };
  serverToClient: { say: Said };
}

/** What the rooms `experiment/:rate/:channel` carry: somebody is there for as long as a channel is measured. */
export interface ExperimentContract {
  serverToClient: { traffic: Traffic };
  joined: Start;
}

export interface Start {
  readonly you: You;
  /** All ways follow the channel from here on. */
  readonly since: Position;
}

/** What has gone over the server's sockets for one channel. */
export interface Traffic {
  /** Milliseconds since counting began. */
  readonly ms: number;
  /** Of the ways, and of what is said by a POST. */
  readonly tallies: Readonly<Record<Way | 'post', Tally>>;
}

export interface Tally {
  /** HTTP requests, WebSocket handshakes among them. */
  readonly requests: number;
  /** Bytes that the server has read, headers included. */
  readonly up: number;
  /** Bytes that it has written. */
  readonly down: number;
}

/** What somebody says in the channel. */
export interface Said {
  readonly from: string;
  readonly text: string;
}
