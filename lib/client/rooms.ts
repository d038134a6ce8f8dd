import type {
  GapFrame,
  LeftFrame,
  PresenceChangeFrame,
  RetractFrame,
  RoomMessageFrame,
  SkipFrame,
  WelcomeFrame,
} from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { SessionFate } from './connection.js';
import { RoostError } from './error.js';
import type { Report } from './listeners.js';
import { Membership } from './membership.js';
import type { Requests } from './requests.js';

/** A frame about one room that answers no request. */
export type RoomNews = RoomMessageFrame | RetractFrame | SkipFrame | GapFrame | PresenceChangeFrame | LeftFrame;

export type Positions = Readonly<Record<string, Position>>;

/** All rooms of the client, by name. */
export class Rooms {
  readonly #requests: Requests;
  readonly #report: Report;
  readonly #cameBack: (name: string, recovered: boolean) => void;
  /** The newest membership of each room; those still being left hang on it. */
  readonly #rooms = new Map<string, Membership>();
  /** Rooms of the session that a page before this one had. */
  #inherited: Positions;

  constructor(
    requests: Requests,
    report: Report,
    inherited: Positions,
    cameBack: (name: string, recovered: boolean) => void,
  ) {
    this.#requests = requests;
    this.#report = report;
    this.#inherited = inherited;
    this.#cameBack = cameBack;
  }

  join(name: string, data: unknown, since: Position | undefined): Membership {
    const present = this.#rooms.get(name);
    if (present && !present.leaving) return present;
    const membership: Membership = new Membership(name, data, since, {
      requests: this.#requests,
      report: this.#report,
      left: () => this.#remove(membership),
      cameBack: (recovered) => this.#cameBack(name, recovered),
    });
    membership.before = present;
    membership.join();
    if (membership.state !== 'left') this.#rooms.set(name, membership);
    return membership;
  }

  /** Where the session goes on, for each of its rooms. */
  positions(): Positions {
    const positions = new Map<string, Position>();
    for (const [name, position] of Object.entries(this.#inherited)) {
      positions.set(name, this.#rooms.get(name)?.wanted ?? position);
    }
    for (const name of this.#rooms.keys()) {
      const kept = this.#holder(name)?.kept;
      if (kept) positions.set(name, kept);
    }
    return Object.fromEntries(positions);
  }

  /** A session stands: its rooms go on, the others are joined anew. */
  welcome({ resumed, rooms }: WelcomeFrame): void {
    this.#inherited = {};
    if (resumed) {
      for (const [name, room] of Object.entries(rooms ?? {})) {
        const holder = this.#holder(name);
        if (holder) holder.resume(room);
        else this.#requests.add({ op: 'leave', room: name }, { done: () => {}, fail: () => {} });
      }
    } else {
      for (const membership of this.#all()) membership.forget();
    }
    // Each goes to the front of what waits, so the last one goes first.
    for (const membership of this.#all().reverse()) membership.join(true);
  }

  /** The connection is lost. */
  pause(): void {
    for (const membership of this.#all()) membership.pause();
  }

  /** The client has stopped. Rooms that were joined are kept for `connect`, unless the session has ended. */
  stop(fate: SessionFate): void {
    for (const membership of this.#all()) {
      if (fate === 'over' || !membership.position) {
        membership.end('closed', new RoostError('CLOSED', 'the client was closed'));
      } else if (fate === 'lost') {
        membership.forget();
      }
    }
  }

  /** @returns false where an entry of the room's log is missing before this one */
  take(frame: RoomNews): boolean {
    const holder = this.#holder(frame.room);
    if (!holder) return true;
    if (!('op' in frame) || frame.op === 'skip' || frame.op === 'retract') return holder.take(frame);
    if (frame.op === 'left') holder.removed(frame.reason);
    else if (frame.op === 'gap') holder.cut(frame);
    else holder.changed(frame);
    return true;
  }

  /** Whom the room's frames belong to: the oldest membership that the server has not ended. */
  #holder(name: string): Membership | undefined {
    let membership = this.#rooms.get(name);
    while (membership?.before) membership = membership.before;
    return membership;
  }

  /** Every membership, each behind the one that it comes after. */
  #all(): Membership[] {
    const all: Membership[] = [];
    for (const newest of this.#rooms.values()) {
      const chain: Membership[] = [];
      for (let one: Membership | undefined = newest; one; one = one.before) chain.unshift(one);
      all.push(...chain);
    }
    return all;
  }

  #remove(gone: Membership): void {
    const newest = this.#rooms.get(gone.name);
    if (newest === gone) {
      if (gone.before) this.#rooms.set(gone.name, gone.before);
      else this.#rooms.delete(gone.name);
    }
    for (let one = newest; one; one = one.before) if (one.before === gone) one.before = gone.before;
  }
}
