import type { LeaveReason, PresenceMember, PublicUser } from '../protocol/index.js';
import type { Cluster, RosterChange, RosterState } from '../store/cluster.js';
import type { Member } from './member.js';
import type { Membership } from './membership.js';

/** What is written of a member, for the other nodes. */
interface Entry {
  readonly node: string;
  readonly member: PresenceMember;
}

/** Somebody who is in a room by way of another node. */
class RemoteMember implements Member {
  constructor(
    readonly presence: PresenceMember,
    readonly node: string,
    private readonly onExpel: (reason: LeaveReason) => void,
  ) {}

  get id(): string {
    return this.presence.id;
  }

  get user(): PublicUser | undefined {
    return this.presence.user;
  }

  /** @internal */
  expel(_room: string, reason: LeaveReason): void {
    this.onExpel(reason);
  }

  /** @internal Its own node counts what its socket misses. */
  skip(): void {}
}

export interface RosterParts {
  readonly room: string;
  readonly cluster: Cluster | undefined;
  /** Told of each change on another node. */
  readonly onChange: (id: string) => void;
  /** Takes a member of another node out. */
  readonly expel: (id: string, reason: LeaveReason) => void;
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * Who is in a room: this node's members, and those of other nodes. This node's are as they are here; of the others what
 * was written counts, in the order of its revisions.
 */
export class Roster {
  readonly local = new Map<string, Membership>();
  readonly #remote = new Map<string, RemoteMember>();
  /** Of the last change that was taken. */
  #rev = 0;
  /** Changes that came while the whole is read. */
  #held: RosterChange[] | undefined;

  constructor(private readonly parts: RosterParts) {}

  get size(): number {
    return this.local.size + this.#remote.size;
  }

  get(id: string): { readonly member: Member } | undefined {
    const here = this.local.get(id);
    if (here !== undefined) return here;
    const member = this.#remote.get(id);
    return member && { member };
  }

  *values(): IterableIterator<{ readonly member: Member }> {
    yield* this.local.values();
    for (const member of this.#remote.values()) yield { member };
  }

  /** Reads who is in the room on other nodes, and mends what is written of this one's. */
  async load(): Promise<void> {
    const { cluster, room } = this.parts;
    if (cluster === undefined || this.#held !== undefined) return;
    this.#held = [];
    try {
      this.#takeAll(await cluster.roster(room));
    } finally {
      const held = this.#held;
      this.#held = undefined;
      for (const change of held) this.take(change);
    }
  }

  /** Somebody on any node has come, gone or changed. */
  take(change: RosterChange): void {
    if (this.#held !== undefined) {
      this.#held.push(change);
      return;
    }
    if (change.rev <= this.#rev) return;
    if (change.rev > this.#rev + 1) {
      this.#held = undefined;
      this.load().catch((error: unknown) => this.parts.onError(error, 'roster'));
      return;
    }
    this.#rev = change.rev;
    this.#set(change.id, change.value);
  }

  /** This node's member has come, gone or changed: tells the others. */
  publish(id: string): void {
    const { cluster, room, onError } = this.parts;
    if (cluster === undefined) return;
    const member = this.local.get(id)?.member.presence;
    const value = member && JSON.stringify({ node: cluster.node, member } satisfies Entry);
    cluster.enroll(room, id, value).catch((error: unknown) => onError(error, 'roster'));
  }

  /** A member comes in here; the one that other nodes knew by this id is the same. */
  add(membership: Membership): void {
    this.#remote.delete(membership.id);
    this.local.set(membership.id, membership);
  }

  /** A member goes on on another node. */
  handOver(membership: Membership): void {
    this.local.delete(membership.id);
    if (this.parts.cluster !== undefined) this.#remote.set(membership.id, this.#member('', membership.member.presence));
  }

  #takeAll({ rev, members }: RosterState): void {
    this.#rev = rev;
    for (const id of [...this.#remote.keys()]) if (!members.has(id)) this.#set(id, undefined);
    for (const [id, value] of members) {
      const ghost = !this.local.has(id) && (JSON.parse(value) as Entry).node === this.parts.cluster?.node;
      if (ghost) this.publish(id);
      else this.#set(id, value);
    }
    for (const id of this.local.keys()) if (!members.has(id)) this.publish(id);
  }

  #set(id: string, value: string | undefined): void {
    if (this.local.has(id)) return;
    const known = this.#remote.get(id);
    if (value === undefined) {
      if (this.#remote.delete(id)) this.parts.onChange(id);
      return;
    }
    const { node, member } = JSON.parse(value) as Entry;
    this.#remote.set(id, this.#member(node, member));
    if (JSON.stringify(known?.presence) !== JSON.stringify(member)) this.parts.onChange(id);
  }

  #member(node: string, presence: PresenceMember): RemoteMember {
    return new RemoteMember(presence, node, (reason) => this.parts.expel(presence.id, reason));
  }
}
