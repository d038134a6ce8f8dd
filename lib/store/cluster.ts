/** A session as it is written down, so that another node can go on with it. */
export interface SessionState {
  /** Rises with each node that takes the session over. */
  readonly generation: number;
  /** The node that has it. */
  readonly node: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** A session that was taken over. */
export interface ClaimedSession extends SessionState {
  /** Milliseconds, by the store's clock, since nobody is connected to it. */
  readonly awayFor: number;
}

/** What is written of a session. */
export interface SessionChanges {
  readonly set: ReadonlyMap<string, string>;
  readonly gone: readonly string[];
  /**
   * All fields that are not set are removed, but for marks and {@link ENDED_FIELD}; and an answer ({@link isAnswer}) stays where the owner, which has
   * not heard of it, would set that the request runs.
   */
  readonly whole: boolean;
  /** What is written is whole, and is written also where the session is missing. */
  readonly anew: boolean;
  /** Whether nobody is connected to it; since when is the store's to say. */
  readonly away: boolean;
}

/**
 * - `saved`: it was written
 * - `taken`: another node has the session by now, or has ended it
 * - `missing`: nothing is known of it, or only what was before: the store has lost something
 */
export type Saved = 'saved' | 'taken' | 'missing';

/** What is written of a member of a room. */
export interface RosterEntry {
  /** Of its session, when that was written. */
  readonly generation: number;
  readonly value: string;
}

/** A change of who is in a room, anywhere. */
export interface RosterChange {
  /** Rises by one with each change of the room's roster. */
  readonly rev: number;
  readonly id: string;
  /** Nothing where the member has left. */
  readonly entry: RosterEntry | undefined;
}

/** Who is in a room, on all nodes. */
export interface RosterState {
  readonly rev: number;
  readonly members: ReadonlyMap<string, RosterEntry>;
}

export interface ClusterEvents {
  /** Another node says something to this one. Lost where a connection to the store was. */
  heard(from: string, text: string): void;
  /** This node was silent for so long that others may have taken its sessions over. */
  lapsed(): void;
  /** The store has lost what was written. */
  lost(): void;
}

/**
 * What nodes that share a store have in common besides logs: the sessions, who is in which room, and who is alive.
 *
 * A session is an object on one node at a time, its owner; what is written down of it is what another node needs to
 * build it anew. Whoever takes it over raises its generation, and whatever the owner of before still writes is refused.
 * All methods reject with a `RoostException` of code UNAVAILABLE where the store cannot do it in time, which does not say
 * that it was not done.
 *
 * @publicApi
 */
export interface Cluster {
  /** This node's name; a new one with every start. */
  readonly node: string;
  /** Takes part from now on. */
  start(events: ClusterEvents): Promise<void>;
  /** Takes part no longer: other nodes may take this one's sessions over at once. */
  leave(): Promise<void>;
  /** Says something to a node, which may miss it. */
  tell(node: string, text: string): Promise<void>;
  /** Whether a node takes part, as far as can be known: one that died does for some seconds. */
  alive(node: string): Promise<boolean>;

  /** Writes a new session down, as this node's, in generation 1. It is forgotten when nothing is written for `ttl` ms. */
  create(id: string, fields: ReadonlyMap<string, string>, ttl: number): Promise<void>;
  /** What is written of a session. */
  look(id: string): Promise<SessionState | undefined>;
  /**
   * Takes a session over, where its generation is still this one.
   *
   * @param away whether nobody is connected to it: it is not claimed for a client that has come back, which gets none that
   * is at its end
   */
  claim(id: string, generation: number, away: boolean): Promise<ClaimedSession | undefined>;
  /** Writes what has changed, where the session is still this node's. An owner asks for one such write at a time. */
  save(id: string, generation: number, changes: SessionChanges): Promise<Saved>;
  /**
   * Ends a session that nobody came back to: writes {@link ENDED_FIELD}, where the session's generation is still this one and
   * it is away for as long.
   *
   * @param ttl milliseconds that it has to be away, by the store's clock
   * @returns whether it is at its end, or how many milliseconds are left of its time
   */
  expire(id: string, generation: number, ttl: number, reason: string): Promise<'ended' | 'taken' | number>;
  /** Writes one field of a session that another node has by now, where it still is `from`. Tells whose it is. */
  replace(id: string, field: string, from: string, to: string): Promise<string | undefined>;
  /**
   * Writes that a session is to leave a room, where it is in there, whoever has it: {@link expelledField}, which its owner
   * removes. Tells whose it is; nothing where nothing was written.
   */
  mark(id: string, room: string, reason: string): Promise<string | undefined>;
  /** Removes a session, where its generation is still this one. What its owner of before still writes is refused for a while. */
  remove(id: string, generation: number): Promise<void>;
  /** Sessions whose nodes no longer take part, some of them, with those nodes. */
  orphans(): Promise<readonly { readonly id: string; readonly node: string }[]>;
  /** A session is found not to be that node's, and is no orphan. */
  disown(id: string, node: string): Promise<void>;

  /** Who is in a room. */
  roster(room: string): Promise<RosterState>;
  /**
   * Writes who is in a room, and tells all who are subscribed to it. Where a later generation of the session has written
   * already, it is left as it is.
   */
  enroll(room: string, id: string, generation: number, value: string | undefined): Promise<void>;
  /** Says something to all nodes that are subscribed to a room, this one included. */
  signal(room: string, text: string): Promise<void>;
}

/** Name of the field that says why a session is at its end; there until everybody has heard of it. */
export const ENDED_FIELD = 'ended';

/** Name of the field that says that a session is in a room. */
export function seatField(room: string): string {
  return `s:${room}`;
}

/** Name of the field by which another node than its owner takes a session out of a room. */
export function expelledField(room: string): string {
  return `x:${room}`;
}

/** Whether a field says how a request was answered, maybe by a node that ran it when the session was there. */
export function isAnswer(field: string, value: string): boolean {
  return field.startsWith('q:') && value.startsWith('a');
}
