import { encodeFrame, type PresenceMember, type PresenceState } from '../protocol/index.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import type { Member } from './member.js';
import type { RoomSettings } from './settings.js';

/** Longest time that changes are gathered, in milliseconds. */
const GATHER = 1_000;
/** Shortest, and what each member adds: a change is written to every one of them, so telling it costs more the more there are. */
const GATHER_LEAST = 20;
const GATHER_PER_MEMBER = 5;

/** Who is there. */
interface Present {
  readonly size: number;
  get(id: string): { readonly member: Member } | undefined;
  values(): Iterable<{ readonly member: Member }>;
}

/**
 * Who is in a room, told as a state to who asks and as changes to all. Changes are sets, not steps: whoever takes them
 * in turn, on top of a state that is as old or newer, arrives at the truth.
 */
export class Presence {
  #rev: number;
  readonly #touched = new Set<string>();
  #timer: Timer | undefined;
  /** Whether all who were told a state since the last change have a list. */
  #listed = true;

  constructor(
    private readonly room: string,
    private readonly memberships: Present,
    private readonly settings: RoomSettings,
    private readonly wheel: TimerWheel,
    private readonly tell: (text: string) => void,
    firstRev = 0,
  ) {
    this.#rev = firstRev;
  }

  /** Revision of the state: rises with each change that is told. */
  get rev(): number {
    return this.#rev;
  }

  /** The state as it is now; nothing where the room tells none. */
  get state(): PresenceState | undefined {
    if (this.settings.presence === 'off') return undefined;
    const count = this.memberships.size;
    return { rev: this.#rev, count, ...(this.#lists && { members: this.#members() }) };
  }

  /** Somebody came or went. */
  changed(id: string): void {
    if (this.settings.presence === 'off') return;
    this.#touched.add(id);
    this.#listed &&= this.#lists;
    const gather = Math.min(GATHER, GATHER_LEAST + this.memberships.size * GATHER_PER_MEMBER);
    this.#timer ??= this.wheel.after(gather, () => this.#tell());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#touched.clear();
  }

  get #lists(): boolean {
    return this.settings.presence === 'list' && this.memberships.size <= this.settings.presenceLimit;
  }

  #members(): PresenceMember[] {
    return [...this.memberships.values()].map(({ member }) => member.presence);
  }

  #tell(): void {
    this.#timer = undefined;
    const joined: PresenceMember[] = [];
    const left: string[] = [];
    // Who came and went meanwhile is told as gone: a state given out in between may have shown them.
    for (const id of this.#touched) {
      const member = this.memberships.get(id)?.member.presence;
      if (member === undefined) left.push(id);
      else joined.push(member);
    }
    this.#touched.clear();
    const frame = { op: 'presence', room: this.room, rev: ++this.#rev, count: this.memberships.size } as const;
    const lists = this.#lists;
    if (!lists) this.tell(encodeFrame(frame));
    else if (this.#listed) this.tell(encodeFrame({ ...frame, joined, left }));
    // Some know no list to change: the room was too large for one.
    else this.tell(encodeFrame({ ...frame, members: this.#members() }));
    this.#listed = lists;
  }
}
