import type { Position } from '../protocol/index.js';
import type { Bans } from './bans.js';
import type { Cluster, RosterChange } from './cluster.js';

/** A message as it is handed to the log. */
export interface Draft {
  readonly event: string;
  /** The data as JSON text: encoded once, for the log and for every member. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly ts: number;
  readonly from?: string;
  /** Public ids of sessions that are not to see it. */
  readonly except?: readonly string[];
}

/** A message in a room's log. */
export interface MessageEntry extends Draft {
  readonly kind: 'message';
  readonly offset: number;
  /** Its data is gone; it keeps its place. */
  readonly retracted?: boolean;
}

/** The retraction of a message, an entry of its own. */
export interface RetractEntry {
  readonly kind: 'retract';
  readonly offset: number;
  /** Offset of the message that was retracted. */
  readonly target: number;
  readonly ts: number;
}

export type Entry = MessageEntry | RetractEntry;

/** A message that is delivered and not kept. */
export type Ephemeral = Draft;

/** How much of a room's log is kept: at most so many entries, so many bytes, and none older. */
export interface Retention {
  readonly size: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly ttl: number;
}

/** Of a room that nobody has said anything else of. */
export const STANDARD_RETENTION: Retention = { size: 500, bytes: 4 * 1024 * 1024, ttl: 600_000 };

/** Where a log begins and ends. With nothing kept, `oldest` is `top + 1`. */
export interface Span {
  readonly epoch: string;
  readonly oldest: number;
  readonly top: number;
  /** Of the last change of who is in the room, where nodes share that ({@link RosterChange}). */
  readonly rev?: number;
}

export interface ReadQuery {
  /** Ascending from just above this offset. */
  readonly since?: number;
  /** The last ones below this offset. */
  readonly before?: number;
  /** Entries at most. */
  readonly limit: number;
  /** Bytes of data at most; the first entry always fits. */
  readonly bytes: number;
}

/** Entries in ascending order. */
export interface Page extends Span {
  readonly entries: readonly Entry[];
  /** Whether there is more in the direction of reading. */
  readonly more: boolean;
}

/** Who hears of a room's log. Called in the order of offsets, without a hole, and never re-entrantly for one room. */
export interface LogListener {
  entry(entry: Entry): void;
  ephemeral(message: Ephemeral): void;
  /** Continuity is broken: the log goes on just behind this position. */
  cut(position: Position): void;
  /** Who is in the room has changed; only of stores with a {@link Cluster}. */
  roster?(change: RosterChange): void;
  /** The roster's revision, looked at: changes may have been missed. */
  rosterAt?(rev: number): void;
  /** A node says something to all nodes that are subscribed to the room. */
  signal?(text: string): void;
  /** What was told besides entries may not have arrived: changes of the roster, signals. */
  missed?(): void;
}

export interface Subscription {
  /** The last position before what the listener is going to hear. */
  readonly position: Position;
  close(): void;
}

/** A node's candidacy. */
export interface Election {
  /** Whether this node is the one at this moment, whatever it was told before. */
  readonly holds: boolean;
  /** Gives it up; nothing is told after that. */
  close(): void;
}

/**
 * Where rooms' logs are kept. One room is one log: entries with offsets that rise by one, inside an epoch.
 *
 * The in-memory store does its work before a method returns; others may take their time, and reject with a
 * `RoostException` of code UNAVAILABLE where they cannot do it in time.
 *
 * @publicApi
 */
export interface Store {
  /** What makes nodes that share it act as one; missing where it serves one node. */
  readonly cluster?: Cluster | undefined;
  readonly bans: Bans;
  /**
   * Adds a message. Listeners hear of it before the promise settles.
   *
   * @param retention from now on; without one, the room's stays as it is
   */
  append(room: string, draft: Draft, retention: Retention | undefined): Promise<Position>;
  /** Delivers a message without keeping it. */
  publish(room: string, message: Ephemeral): Promise<void>;
  /** Removes a message's data and adds the retraction. Nothing for an offset that is no message, or is retracted. */
  retract(room: string, target: number, ts: number, retention: Retention | undefined): Promise<Position | undefined>;
  read(room: string, query: ReadQuery): Promise<Page>;
  span(room: string): Promise<Span>;
  /** Keeps the room's epoch alive until closed. */
  subscribe(room: string, retention: Retention | undefined, listener: LogListener): Promise<Subscription>;
  /**
   * Asks for this node to be the one that does something for all.
   *
   * @param task what is to be done: the same words on all nodes
   * @param onChange told when this node becomes the one, and when it is no longer
   */
  elect(task: string, onChange: (elected: boolean) => void): Promise<Election>;
  close(): Promise<void>;
}
