import type { Connection } from '../connection/connection.js';
import type { Gathering, Turn } from '../connection/turn.js';
import { encodeFrame, type Position, type PresenceState } from '../protocol/index.js';
import type { Entry, Ephemeral, Span, Store } from '../store/store.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { Batch } from './batch.js';
import { encodeEntry, encodeMessage, encodeSkip } from './encoding.js';
import { MemberSink } from './member-sink.js';
import type { LiveMembership, Membership } from './membership.js';
import { ReplayFrames } from './replay-frames.js';
import { Replay, type ReplayRoom } from './replay.js';

/** Milliseconds until something is looked at again. */
const AGAIN = 250;
/** How often it is looked whether this node has come to the log that the store has. */
const LOOKS = 20;

export interface DeliveryParts {
  readonly store: Store;
  readonly wheel: TimerWheel;
  readonly turn: Turn;
  /** Bytes of payload from which a message is compressed, for members that take it so. */
  readonly compressFrom: number;
  /** Who is in the room, as far as it has been told; nothing where nobody is told. */
  readonly presence: () => PresenceState | undefined;
  /** Told of what should not happen. */
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * What the members of a room on this node are sent: this node's place in the room's log, those who are live there, and
 * replays for those who are not yet.
 *
 * Invariant: a live member has been handed everything up to `top`, or it is in the batch.
 */
export class Delivery implements Gathering, ReplayRoom {
  /** Frames that a member gets when it goes live, however it came: the newest values of streams. */
  readonly greetings = new Set<() => readonly string[]>();
  readonly #json: string;
  readonly #live = new Set<LiveMembership>();
  readonly #batch: Batch;
  readonly #replayFrames: ReplayFrames;
  /** Replays that are ahead of this node. */
  #ahead: { readonly offset: number; readonly reached: () => void }[] = [];
  #epoch = '';
  #top = 0;
  #gathering = false;

  /** @param name the room's */
  constructor(
    readonly name: string,
    private readonly parts: DeliveryParts,
  ) {
    this.#json = JSON.stringify(name);
    this.#batch = new Batch(parts.compressFrom);
    this.#replayFrames = new ReplayFrames(this.#json);
  }

  // ---- the place in the log ----------------------------------------------------------------------------------------

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

  /** The room has subscribed to its log there. Entries may have been delivered before this is known. */
  begin({ epoch, offset }: Position): void {
    if (this.#epoch === '') this.#epoch = epoch;
    this.#top = Math.max(this.#top, offset);
  }

  /** Nothing is delivered any more. */
  close(): void {
    this.#letAheadGo(Number.POSITIVE_INFINITY);
  }

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

  #letAheadGo(upTo: number): void {
    const there = this.#ahead.filter(({ offset }) => offset <= upTo);
    this.#ahead = this.#ahead.filter(({ offset }) => offset > upTo);
    for (const { reached } of there) reached();
  }

  // ---- members -----------------------------------------------------------------------------------------------------

  /** Gives a member what comes after `position`: from the log first where it lags behind, then live. */
  attach(membership: Membership, connection: Connection, position: Position): void {
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
        if (outcome === 'gap') this.#goLiveAfterGap(membership, connection);
        else this.#goLive(membership, connection);
      })
      .catch((error: unknown) => {
        this.parts.onError(error, `replay of room ${this.#json}`);
        // The log cannot be read: what the member misses is told as what it is.
        if (membership.replay === replay) this.#goLiveAfterGap(membership, connection);
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

  #goLiveAfterGap(membership: Membership, connection: Connection): void {
    connection.send({ op: 'gap', room: this.name, ...this.position });
    this.#goLive(membership, connection);
  }

  #goLive(membership: Membership, connection: Connection): void {
    // What was gathered is for those who were live before.
    this.flush();
    membership.replay = undefined;
    membership.offset = this.#top;
    if (connection.closed) return;
    this.#live.add(membership as LiveMembership);
    for (const greeting of this.greetings) for (const text of greeting()) connection.sendText(text);
    // Changes told during a replay did not reach it.
    const presence = this.parts.presence();
    if (presence !== undefined && membership.presenceRev !== presence.rev) {
      connection.send({ op: 'presence', room: this.name, ...presence });
    }
  }

  // ---- what is said ------------------------------------------------------------------------------------------------

  entry(entry: Entry): void {
    this.#top = entry.offset;
    if (this.#ahead.length > 0) this.#letAheadGo(entry.offset);
    if (this.#live.size === 0) return;
    const text = encodeEntry(this.#json, entry);
    const except = entry.kind === 'message' ? entry.except : undefined;
    if (except === undefined) this.#batch.add(text);
    else this.#batch.add(text, { except, instead: encodeSkip(this.#json, entry.offset) });
    this.#gather();
  }

  ephemeral(message: Ephemeral): void {
    if (this.#live.size === 0) return;
    this.#batch.add(encodeMessage(this.#json, message), { ephemeral: true, except: message.except ?? [] });
    this.#gather();
  }

  /** What comes next is after `position`, and something before it is lost or in another log. */
  cut(position: Position): void {
    this.flush();
    this.#epoch = position.epoch;
    this.#top = position.offset;
    this.#letAheadGo(Number.POSITIVE_INFINITY);
    // Members that are being replayed see the other epoch by themselves.
    this.tell(encodeFrame({ op: 'gap', room: this.name, ...position }));
  }

  /** Sends a frame that is no message to the live members. */
  tell(text: string): void {
    if (this.#live.size === 0) return;
    this.#batch.add(text);
    this.#gather();
  }

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
}
