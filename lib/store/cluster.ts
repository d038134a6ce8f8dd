/** A session as it is written down, so that another node can go on with it. */
export interface SessionState {
  /** Rises with each node that takes the session over. */
  readonly generation: number;
  /** The node that has it. */
  readonly node: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** A change of who is in a room, anywhere. */
export interface RosterChange {
  /** Rises by one with each change of the room's roster. */
  readonly rev: number;
  readonly id: string;
  /** What is written of the member; nothing where it has left. */
  readonly value: string | undefined;
}

/** Who is in a room, on all nodes. */
export interface RosterState {
  readonly rev: number;
  readonly members: ReadonlyMap<string, string>;
}

export interface ClusterEvents {
  /** Another node says something to this one. Lost where a connection to the store was. */
  heard(from: string, text: string): void;
  /** This node was silent for so long that others may have taken its sessions over. */
  lapsed(): void;
}

/**
 * What nodes that share a store have in common besides logs: the sessions, who is in which room, and who is alive.
 *
 * A session is an object on one node at a time, its owner; what is written down of it is what another node needs to
 * build it anew. Whoever takes it over raises its generation, and whatever the owner of before still writes is refused.
 * All methods reject with a `RoostException` of code UNAVAILABLE where the store cannot do it in time.
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
  /** Takes a session over, where its generation is still this one. */
  claim(id: string, generation: number): Promise<SessionState | undefined>;
  /**
   * Writes fields and removes some.
   *
   * @param whole whether all fields that are not written are removed
   * @returns whether it was written: not where the session's generation is another, or it is gone
   */
  save(
    id: string,
    generation: number,
    set: ReadonlyMap<string, string>,
    gone: readonly string[],
    whole: boolean,
  ): Promise<boolean>;
  /** Writes one field of a session that another node has by now, where it still is `from`. Tells whose it is. */
  replace(id: string, field: string, from: string, to: string): Promise<string | undefined>;
  /** Ends a session. @returns whether its generation was still this one */
  remove(id: string, generation: number): Promise<boolean>;
  /** Sessions whose nodes no longer take part, some of them, with those nodes. */
  orphans(): Promise<readonly { readonly id: string; readonly node: string }[]>;
  /** A session is found not to be that node's, and is no orphan. */
  disown(id: string, node: string): Promise<void>;

  /** Who is in a room. */
  roster(room: string): Promise<RosterState>;
  /** Writes who is in a room, and tells all who are subscribed to it. */
  enroll(room: string, id: string, value: string | undefined): Promise<void>;
  /** Says something to all nodes that are subscribed to a room, this one included. */
  signal(room: string, text: string): Promise<void>;
}
