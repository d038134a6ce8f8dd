import type { Connection } from '../connection/connection.js';
import type { Gathering, Turn } from '../connection/turn.js';
import { encodeFrame, type LeaveReason, type Position } from '../protocol/index.js';
import type { RosterChange } from '../store/cluster.js';
import type { Ban } from '../store/bans.js';
import type { Entry, Ephemeral, LogListener, Span, Store, Subscription } from '../store/store.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { Batch } from './batch.js';
import type { RoomDefinition } from './definition.js';
import { encodeEntry, encodeMessage, encodeSkip } from './encoding.js';
import type { Member } from './member.js';
import { Membership, type LiveMembership } from './membership.js';
import { Presence } from './presence.js';
import type { KickSignal, Kicks } from './kicks.js';
import type { LivingNodes } from './living-nodes.js';
import { MemberSink } from './member-sink.js';
import type { ObservedRoom } from './observation.js';
import { Observers } from './observers.js';
import { ReplayFrames } from './replay-frames.js';
import { Replay } from './replay.js';
import { Roster } from './roster.js';
import type { RosterWriter } from './roster-writer.js';

/** Milliseconds until something is looked at again. */
const AGAIN = 250;
/** How often it is looked whether this node has come to the log that the store has. */
const LOOKS = 20;

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

/**
 * What a node holds of a room while somebody is in it, or is about to be: its members, its place in the log, and what
 * it has gathered for them.
 *
 * Invariant: a live member has been handed everything up to `top`, or it is in the batch.
 */
export class LiveRoom implements LogListener, Gathering, ObservedRoom {
  readonly json: string;
  readonly presence: Presence;
  readonly observers: Observers;
  /** Frames that a member gets when it goes live, however it came: the newest values of streams. */
  readonly greetings = new Set<() => readonly string[]>();
  /** Told of streams that are over on all nodes. */
  readonly completions = new Set<(event: string) => void>();
  readonly #roster: Roster;
  readonly #live = new Set<LiveMembership>();
  readonly #batch: Batch;
  readonly #replayFrames: ReplayFrames;
  /** Joins under way, each with the reason it was called off for. */
  readonly #joining = new Set<Joining>();
  /** Replays that are ahead of this node. */
  #ahead: { readonly offset: number; readonly reached: () => void }[] = [];
  #subscription: Subscription | undefined;
  #epoch = '';
  #top = 0;
  #users = 0;
  #gathering = false;

  constructor(
    readonly name: string,
    readonly definition: RoomDefinition,
    readonly params: Readonly<Record<string, string>>,
    private readonly parts: RoomParts,
    private readonly events: LiveRoomEvents,
    firstRev: number,
  ) {
    this.json = JSON.stringify(name);
    this.observers = new Observers(this, parts.onError);
    this.#batch = new Batch(parts.compressFrom);
    this.#replayFrames = new ReplayFrames(this.json);
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
      this.tell(text);
      this.observers.presenceChanged();
    };
    this.presence = new Presence(name, this.#roster, definition, parts.wheel, tell, firstRev);
  }

  // ---- its life ----------------------------------------------------------------------------------------------------

  /** Subscribes to the log. */
  async open(): Promise<void> {
    // Entries may be delivered before this goes on.
    const subscription = await this.parts.store.subscribe(this.name, this.definition.retention, this);
    this.#subscription = subscription;
    if (this.#epoch === '') this.#epoch = subscription.position.epoch;
    this.#top = Math.max(this.#top, subscription.position.offset);
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
    this.#letAheadGo(Number.POSITIVE_INFINITY);
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

  get store(): Store {
    return this.parts.store;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get top(): number {
    return this.#top;
  }

  get position(): Position {
    return { epoch: this.#epoch, offset: this.#top };
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
    this.detach(membership);
    this.#roster.local.delete(membership.id);
    this.#changed(membership);
    if (this.size === 0) this.events.deserted(this);
    this.release();
    return true;
  }

  /** A member goes on on another node: for everybody else it stays. */
  handOver(membership: Membership): void {
    if (this.#roster.local.get(membership.id) !== membership) return;
    this.detach(membership);
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

  /** Gives a member what comes after `position`: from the log first where it lags behind, then live. */
  attach(membership: Membership, connection: Connection, position: Position): void {
    this.flush();
    membership.connection = connection;
    membership.offset = position.offset;
    if (position.offset === this.#top && position.epoch === this.#epoch) {
      this.#goLive(membership, connection);
      return;
    }
    const replay = new Replay(this, new MemberSink(this.#replayFrames, connection, membership.id), position);
    membership.replay = replay;
    this.#replayFrames.retain();
    replay
      .run((outcome) => {
        this.flush();
        if (outcome === 'gap') {
          connection.send({ op: 'gap', room: this.name, ...this.position });
        }
        this.#goLive(membership, connection);
      })
      .catch((error: unknown) => {
        this.parts.onError(error, `replay of room ${this.json}`);
        // The log cannot be read: what the member misses is told as what it is.
        if (membership.replay !== replay) return;
        this.flush();
        connection.send({ op: 'gap', room: this.name, ...this.position });
        this.#goLive(membership, connection);
      })
      .finally(() => this.#replayFrames.release());
  }

  /** A member's connection is gone, or is no longer to get anything of this room. */
  detach(membership: Membership): void {
    if (this.#live.has(membership as LiveMembership)) this.flush();
    this.#live.delete(membership as LiveMembership);
    membership.replay?.cancel();
    if (membership.replay !== undefined) membership.offset = membership.replay.offset;
    membership.replay = undefined;
    membership.connection = undefined;
  }

  /** The position just before the next entry that the member's connection gets. */
  positionOf(membership: Membership): Position {
    if (this.#live.has(membership as LiveMembership)) {
      this.flush();
      return this.position;
    }
    return { epoch: this.#epoch, offset: membership.replay?.offset ?? membership.offset };
  }

  #goLive(membership: Membership, connection: Connection): void {
    membership.replay = undefined;
    membership.offset = this.#top;
    if (connection.closed) return;
    this.#live.add(membership as LiveMembership);
    for (const greeting of this.greetings) for (const text of greeting()) connection.sendText(text);
    // Changes told during a replay did not reach it.
    const state = this.presence.state;
    if (state !== undefined && membership.presenceRev !== state.rev) {
      connection.send({ op: 'presence', room: this.name, ...state });
    }
  }

  // ---- what is said ------------------------------------------------------------------------------------------------

  reached(offset: number): Promise<void> {
    return new Promise((resolve) => this.#ahead.push({ offset, reached: resolve }));
  }

  later(): Promise<void> {
    return new Promise((resolve) => this.parts.wheel.after(AGAIN, () => resolve()));
  }

  async span(): Promise<Span> {
    for (let look = 1; ; look++) {
      const span = await this.parts.store.span(this.name);
      if (span.epoch === this.#epoch || look === LOOKS) return span;
      await this.later();
    }
  }

  /** Where the log begins and ends, once this node knows of who is here what was known anywhere when it was asked. */
  async latest(): Promise<Span> {
    const span = await this.span();
    await this.#roster.reach(span.rev);
    return span;
  }

  #letAheadGo(upTo: number): void {
    const there = this.#ahead.filter(({ offset }) => offset <= upTo);
    this.#ahead = this.#ahead.filter(({ offset }) => offset > upTo);
    for (const { reached } of there) reached();
  }

  entry(entry: Entry): void {
    this.#top = entry.offset;
    if (this.#ahead.length > 0) this.#letAheadGo(entry.offset);
    if (this.#live.size > 0) this.#gatherEntry(entry);
    this.observers.entry(entry);
  }

  #gatherEntry(entry: Entry): void {
    const text = encodeEntry(this.json, entry);
    const except = entry.kind === 'message' ? entry.except : undefined;
    if (except === undefined) this.#batch.add(text);
    else this.#batch.add(text, { except, instead: encodeSkip(this.json, entry.offset) });
    this.#gather();
  }

  ephemeral(message: Ephemeral): void {
    if (this.#live.size > 0) {
      this.#batch.add(encodeMessage(this.json, message), { ephemeral: true, except: message.except ?? [] });
      this.#gather();
    }
    this.observers.ephemeral(message);
  }

  cut(position: Position): void {
    this.flush();
    this.#epoch = position.epoch;
    this.#top = position.offset;
    this.#letAheadGo(Number.POSITIVE_INFINITY);
    // Members that are being replayed see the other epoch by themselves.
    this.tell(encodeFrame({ op: 'gap', room: this.name, ...position }));
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

  // ---- what is handed over -----------------------------------------------------------------------------------------

  /** Hands what was gathered to the live members' outboxes. */
  flush(): void {
    this.#gathering = false;
    if (!this.#batch.empty) this.#batch.deliver(this.#live);
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.parts.turn.room(this);
  }

  /** Sends a frame that is no message to the live members. */
  tell(text: string): void {
    if (this.#live.size === 0) return;
    this.#batch.add(text);
    this.#gather();
  }
}
