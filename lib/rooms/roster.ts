import { isUnavailable, type LeaveReason, type PresenceMember, type PublicUser } from '../protocol/index.js';
import type { Cluster, RosterChange, RosterEntry, RosterState } from '../store/cluster.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import type { Member } from './member.js';
import type { Membership } from './membership.js';
import type { LivingNodes } from './living-nodes.js';
import type { RosterWriter } from './roster-writer.js';

/** Milliseconds that changes which a comparison has seen have to come by themselves before all is read. */
const OVERTAKING = 100;
/** The same where somebody waits for them: among many who come back they may be late, and all of a large room is much. */
const LATE = 500;

/** Stands for the node of a member that is on its way to another one. */
const MOVING = '';

/** What is written of a member, as JSON. */
interface Line {
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
  readonly writer: RosterWriter | undefined;
  readonly nodes: LivingNodes | undefined;
  readonly wheel: TimerWheel;
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
  #comparing: Timer | undefined;
  #missing: Timer | undefined;
  /** Those who wait until it is at a revision. */
  #waiting: { readonly rev: number; readonly reached: () => void }[] = [];

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

  /** Reads who is in the room on other nodes, and mends what is written of this one's and of dead ones. */
  async load(): Promise<void> {
    const { cluster, room } = this.parts;
    if (cluster === undefined || this.#held !== undefined) return;
    this.#held = [];
    try {
      const state = await cluster.roster(room);
      this.#takeAll(state);
      this.#bury(state).catch((error: unknown) => this.#failed(error));
    } finally {
      const held = this.#held;
      this.#held = undefined;
      for (const change of held) this.take(change);
      // Who waits for more than could be read is not held up.
      this.#letGo(Number.POSITIVE_INFINITY);
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
      this.#reload();
      return;
    }
    this.#rev = change.rev;
    this.#set(change.id, change.entry);
    if (this.#waiting.length > 0) this.#letGo(this.#rev);
  }

  /**
   * The roster is at this revision, as was seen: where changes were missed, they are read. Where none were, it is looked
   * for whom a node has left behind that has died since.
   */
  compare(rev: number): void {
    if (this.parts.cluster === undefined) return;
    if (rev === this.#rev) {
      this.#look().catch((error: unknown) => this.#failed(error));
      return;
    }
    const before = this.#rev;
    this.#comparing ??= this.parts.wheel.after(OVERTAKING, () => {
      this.#comparing = undefined;
      // A lower one is another roster: what there was is lost.
      if (rev > before ? this.#rev < rev : this.#rev === before) this.#reload();
    });
  }

  /** Settles when it is at this revision, which was seen, or could be read again. */
  async reach(rev: number | undefined): Promise<void> {
    if (this.parts.cluster === undefined || rev === undefined || rev <= this.#rev) return;
    const reached = new Promise<void>((resolve) => this.#waiting.push({ rev, reached: resolve }));
    this.#missing ??= this.parts.wheel.after(LATE, () => {
      this.#missing = undefined;
      if (this.#waiting.length > 0) this.#reload();
    });
    await reached;
  }

  /** This node's member has come, gone or changed: tells the others. */
  publish({ id, member }: Membership): void {
    const { cluster, writer, room } = this.parts;
    if (cluster === undefined) return;
    const value = this.local.has(id)
      ? JSON.stringify({ node: cluster.node, member: member.presence } satisfies Line)
      : undefined;
    writer?.write(room, id, member.generation ?? 1, value);
  }

  /** A member comes in here; the one that other nodes knew by this id is the same. */
  add(membership: Membership): void {
    this.#remote.delete(membership.id);
    this.local.set(membership.id, membership);
  }

  /** A member goes on on another node. */
  handOver(membership: Membership): void {
    this.local.delete(membership.id);
    if (this.parts.cluster !== undefined)
      this.#remote.set(membership.id, this.#member(MOVING, membership.member.presence));
  }

  close(): void {
    for (const timer of [this.#comparing, this.#missing]) timer?.cancel();
    this.#comparing = this.#missing = undefined;
    this.#letGo(Number.POSITIVE_INFINITY);
  }

  #letGo(upTo: number): void {
    const there = this.#waiting.filter(({ rev }) => rev <= upTo);
    this.#waiting = this.#waiting.filter(({ rev }) => rev > upTo);
    for (const { reached } of there) reached();
  }

  async #look(): Promise<void> {
    const nodes = new Set(Array.from(this.#remote.values(), ({ node }) => node));
    nodes.delete(MOVING);
    if ((await this.parts.nodes?.anyGone(nodes)) === true) await this.load();
  }

  #reload(): void {
    this.load().catch((error: unknown) => this.#failed(error));
  }

  /** Where the store is away the next comparison tells that something was missed. */
  #failed(error: unknown): void {
    if (!isUnavailable(error)) this.parts.onError(error, 'roster');
  }

  #takeAll({ rev, members }: RosterState): void {
    this.#rev = rev;
    for (const id of [...this.#remote.keys(), ...this.local.keys()]) if (!members.has(id)) this.#set(id, undefined);
    for (const [id, entry] of members) this.#set(id, entry);
  }

  #set(id: string, entry: RosterEntry | undefined): void {
    const here = this.local.get(id);
    if (here !== undefined) {
      if (entry === undefined && !this.#writes(id)) this.publish(here);
      return;
    }
    const known = this.#remote.get(id);
    if (entry === undefined) {
      if (this.#remote.delete(id)) this.parts.onChange(id);
      return;
    }
    const { node, member } = JSON.parse(entry.value) as Line;
    // Written by this node, of somebody who is no longer here; where it is on its way to another, that one writes.
    if (node === this.parts.cluster?.node && known?.node !== MOVING) this.#remove(id, entry);
    this.#remote.set(id, this.#member(node, member));
    if (JSON.stringify(known?.presence) !== JSON.stringify(member)) this.parts.onChange(id);
  }

  /** Takes out whom a dead node has left behind, where nobody can come back to the session any more. */
  async #bury({ members }: RosterState): Promise<void> {
    const { cluster, nodes } = this.parts;
    if (cluster === undefined || nodes === undefined) return;
    const byNode = new Map<string, [string, RosterEntry][]>();
    for (const [id, entry] of members) {
      const { node } = JSON.parse(entry.value) as Line;
      const others = byNode.get(node);
      if (others === undefined) byNode.set(node, [[id, entry]]);
      else others.push([id, entry]);
    }
    byNode.delete(cluster.node);
    for (const [node, entries] of byNode) {
      if (await nodes.alive(node)) continue;
      for (const [id, entry] of entries) if ((await cluster.look(id)) === undefined) this.#remove(id, entry);
    }
  }

  /** Takes out somebody who is in no room of any node, where no later generation of the session is. */
  #remove(id: string, { generation }: RosterEntry): void {
    const { writer, room } = this.parts;
    if (!this.local.has(id) && !this.#writes(id)) writer?.write(room, id, generation, undefined);
  }

  /** Whether something is being written of somebody, so that what is heard may be older. */
  #writes(id: string): boolean {
    return this.parts.writer?.writes(this.parts.room, id) === true;
  }

  #member(node: string, presence: PresenceMember): RemoteMember {
    return new RemoteMember(presence, node, (reason) => this.parts.expel(presence.id, reason));
  }
}
