import type { Turn } from '../connection/turn.js';
import type { LeaveReason, Position } from '../protocol/index.js';
import type { RosterChange } from '../store/cluster.js';
import type { Ban } from '../store/bans.js';
import type { Entry, Ephemeral, LogListener, Span, Store, Subscription } from '../store/store.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import type { RoomDefinition } from './definition.js';
import { Delivery } from './delivery.js';
import type { Member } from './member.js';
import { Membership } from './membership.js';
import { Presence } from './presence.js';
import type { KickSignal, Kicks } from './kicks.js';
import type { LivingNodes } from './living-nodes.js';
import type { ObservedRoom } from './observation.js';
import { Observers } from './observers.js';
import { Roster } from './roster.js';
import type { RosterWriter } from './roster-writer.js';

/** What rooms of one node share. */
export interface RoomParts {
  readonly store: Store;
  readonly wheel: TimerWheel;
  readonly turn: Turn;
  /** Tells other nodes who is in which room; nothing where there are none. */
  readonly roster: RosterWriter | undefined;
  readonly nodes: LivingNodes | undefined;
  readonly kicks: Kicks | undefined;
  /** Bytes of payload from which a message is compressed, for members that take it so. */
  readonly compressFrom: number;
  /** Told of what should not happen. */
  readonly onError: (error: unknown, what: string) => void;
}

/** What becomes of a room. */
export interface LiveRoomEvents {
  /** Nobody uses it any more. */
  unused(room: LiveRoom): void;
  /** The first member has come in. */
  inhabited(room: LiveRoom): void;
  /** The last member has left. */
  deserted(room: LiveRoom): void;
}

/** What a node says to all that have members of a room. */
type Signal =
  | KickSignal
  /** A user was banned. */
  | { readonly banned: string }
  /** A stream that one node has for all is over. */
  | { readonly completed: string };

/** Somebody who is about to come in. */
interface Joining {
  readonly member: Member;
  /** Why nothing is to become of it. */
  calledOff?: LeaveReason;
}

/** What a node holds of a room while somebody is in it, or is about to be: its members, and what they are sent. */
export class LiveRoom implements LogListener, ObservedRoom {
  readonly json: string;
  readonly presence: Presence;
  readonly delivery: Delivery;
  readonly observers: Observers;
  /** Told of streams that are over on all nodes. */
  readonly completions = new Set<(event: string) => void>();
  readonly #roster: Roster;
  /** Joins under way, each with the reason it was called off for. */
  readonly #joining = new Set<Joining>();
  #subscription: Subscription | undefined;
  #users = 0;

  constructor(
    readonly name: string,
    readonly definition: RoomDefinition,
    readonly params: Readonly<Record<string, string>>,
    private readonly parts: RoomParts,
    private readonly events: LiveRoomEvents,
    firstRev: number,
  ) {
    this.json = JSON.stringify(name);
    this.delivery = new Delivery(name, { ...parts, presence: () => this.presence.state });
    this.observers = new Observers(this.delivery, parts.onError);
    const { cluster } = parts.store;
    this.#roster = new Roster({
      room: name,
      // Where nobody is told who is here nodes need not tell each other.
      cluster: definition.presence === 'off' ? undefined : cluster,
      writer: parts.roster,
      nodes: parts.nodes,
      wheel: parts.wheel,
      onChange: (id) => this.presence.changed(id),
      expel: (id, reason) => parts.kicks?.ask(name, id, reason),
      onError: (error, what) => parts.onError(error, `${what} of room ${this.json}`),
    });
    const tell = (text: string): void => {
      this.delivery.tell(text);
      this.observers.presenceChanged();
    };
    this.presence = new Presence(name, this.#roster, definition, parts.wheel, tell, firstRev);
  }

  // ---- its life ----------------------------------------------------------------------------------------------------

  /** Subscribes to the log. */
  async open(): Promise<void> {
    const subscription = await this.parts.store.subscribe(this.name, this.definition.retention, this);
    this.#subscription = subscription;
    this.delivery.begin(subscription.position);
    if (this.parts.store.cluster !== undefined) await this.#roster.load();
    if (this.#users === 0) this.#close();
  }

  /** Keeps the room until {@link release}. */
  retain(): void {
    this.#users++;
  }

  release(): void {
    if (--this.#users > 0) return;
    this.events.unused(this);
    if (this.#subscription !== undefined) this.#close();
  }

  #close(): void {
    this.delivery.close();
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#roster.close();
    this.presence.close();
  }

  // ---- members -----------------------------------------------------------------------------------------------------

  /** Members on this node. */
  get size(): number {
    return this.#roster.local.size;
  }

  /** Members on all nodes. */
  get members(): Iterable<{ readonly member: Member }> {
    return this.#roster.values();
  }

  get(memberId: string): { readonly member: Member } | undefined {
    return this.#roster.get(memberId);
  }

  /** A join begins; somebody may {@link remove} its member meanwhile. */
  joining(member: Member): Joining {
    const joining = { member };
    this.#joining.add(joining);
    return joining;
  }

  /** A join has come to its end, whichever. */
  joinedOrNot(joining: Joining): void {
    this.#joining.delete(joining);
  }

  /** Makes somebody a member, away until {@link attach}. */
  admit(member: Member, joinedAt: Position): Membership {
    const membership = new Membership(member, joinedAt, this.params);
    this.#roster.add(membership);
    this.retain();
    this.#changed(membership);
    if (this.size === 1) this.events.inhabited(this);
    return membership;
  }

  /** Calls joins of this member off. */
  callOff(memberId: string, reason: LeaveReason): boolean {
    return this.#callOff(({ id }) => id === memberId, reason);
  }

  expelUser(userId: string, reason: LeaveReason): void {
    this.#callOff(({ user }) => user?.id === userId, reason);
    for (const { member } of [...this.#roster.local.values()]) {
      if (member.user?.id === userId) member.expel(this.name, reason);
    }
  }

  #callOff(whose: (member: Member) => boolean, reason: LeaveReason): boolean {
    let any = false;
    for (const joining of this.#joining) {
      if (!whose(joining.member)) continue;
      joining.calledOff ??= reason;
      any = true;
    }
    return any;
  }

  /**
   * Ends a membership. What the room had gathered before is handed over first; nothing follows.
   *
   * @returns whether there was one
   */
  remove(membership: Membership): boolean {
    if (this.#roster.local.get(membership.id) !== membership) return false;
    this.delivery.detach(membership);
    this.#roster.local.delete(membership.id);
    this.#changed(membership);
    if (this.size === 0) this.events.deserted(this);
    this.release();
    return true;
  }

  /** A member goes on on another node: for everybody else it stays. */
  handOver(membership: Membership): void {
    if (this.#roster.local.get(membership.id) !== membership) return;
    this.delivery.detach(membership);
    this.#roster.handOver(membership);
    if (this.size === 0) this.events.deserted(this);
    this.release();
  }

  /** A member looks different to others. */
  memberChanged(membership: Membership): void {
    if (this.#roster.local.get(membership.id) === membership) this.#changed(membership);
  }

  #changed(membership: Membership): void {
    if (this.definition.presence === 'off') this.observers.presenceChanged();
    else this.presence.changed(membership.id);
    this.#roster.publish(membership);
  }

  // ---- what is said ------------------------------------------------------------------------------------------------

  /** Where the log begins and ends, once this node knows of who is here what was known anywhere when it was asked. */
  async latest(): Promise<Span> {
    const span = await this.delivery.span();
    await this.#roster.reach(span.rev);
    return span;
  }

  entry(entry: Entry): void {
    this.delivery.entry(entry);
    this.observers.entry(entry);
  }

  ephemeral(message: Ephemeral): void {
    this.delivery.ephemeral(message);
    this.observers.ephemeral(message);
  }

  cut(position: Position): void {
    this.delivery.cut(position);
  }

  roster(change: RosterChange): void {
    this.#roster.take(change);
  }

  rosterAt(rev: number): void {
    this.#roster.compare(rev);
  }

  /** What a node, maybe this one, says to all of them. */
  signal(text: string): void {
    const signal = JSON.parse(text) as Signal;
    if ('completed' in signal) {
      for (const completed of this.completions) completed(signal.completed);
      return;
    }
    if ('banned' in signal) {
      // The ban may have been lifted since.
      this.#expelBanned(async () => [await this.parts.store.bans.find(this.name, signal.banned)]);
      return;
    }
    const { expel, reason } = signal;
    this.callOff(expel, reason);
    this.#roster.local.get(expel)?.member.expel(this.name, reason);
  }

  missed(): void {
    this.#expelBanned(() => this.parts.store.bans.list(this.name));
  }

  #expelBanned(read: () => Promise<readonly (Ban | undefined)[]>): void {
    read().then(
      (bans) => bans.forEach((ban) => ban && this.expelUser(ban.user.id, 'banned')),
      (error: unknown) => this.parts.onError(error, `bans of room ${this.json}`),
    );
  }

  /** A stream is over on all nodes. */
  complete(event: string): void {
    const { store, onError } = this.parts;
    const signal = JSON.stringify({ completed: event } satisfies Signal);
    if (store.cluster === undefined) this.signal(signal);
    else
      store.cluster.signal(this.name, signal).catch((error: unknown) => onError(error, `stream of room ${this.json}`));
  }
}
