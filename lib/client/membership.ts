import type { LeaveReason } from '../protocol/codes.js';
import type {
  HistoryPage,
  JoinedFrame,
  LeftFrame,
  PresenceChangeFrame,
  PresenceMember,
  PresenceState,
  ResumedRoom,
  RetractFrame,
  RoomMessageFrame,
  SkipFrame,
} from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import { RoostError } from './error.js';
import type { Report } from './listeners.js';
import { Presence } from './presence.js';
import { RoomListeners } from './room-listeners.js';
import type { Asked, Requests } from './requests.js';
import type { ClientRoom, HistoryQuery, JoinedInfo, SendOptions } from './room.js';

/** What a membership needs of the client's other parts. */
export interface MembershipHost {
  readonly requests: Requests;
  readonly report: Report;
  /** The room is back in a new session. */
  cameBack(name: string, recovered: boolean): void;
  /** The membership is over. */
  left(membership: Membership): void;
  /** Leaves a room that the server may believe the session in; nobody waits for that. */
  abandon(room: string): void;
  /** Entries of the room's log are missing on this connection. */
  broken(): void;
}

const nothing = () => {};

/** The inner side of a `ClientRoom`: follows what the server tells of the room. */
export class Membership extends RoomListeners implements ClientRoom {
  readonly name: string;
  readonly joined: Promise<JoinedInfo>;
  readonly #host: MembershipHost;
  readonly #data: unknown;
  readonly #since: Position | undefined;
  readonly #presence: Presence;
  #resolve!: (joined: JoinedInfo) => void;
  #reject!: (error: RoostError) => void;
  #position: Position | undefined;
  /** Whether the session has the room, as far as the client was told. */
  #member = false;
  /** Whether the present connection carries the room: `joined` or `welcome` has said from where on. */
  #live = false;
  /** What `welcome` said of the room, until its `joined` comes. */
  #resumed: boolean | undefined;
  #joining = false;
  #leaving: Promise<void> | undefined;
  #asking = false;
  #catchingUp: { count: number; top: number } | undefined;

  constructor(name: string, data: unknown, since: Position | undefined, host: MembershipHost) {
    super(host.report);
    this.name = name;
    this.#data = data;
    this.#since = since;
    this.#host = host;
    this.#presence = new Presence(
      () => this.#askPresence(),
      (state) => this.hooks.emit('presence', state),
    );
    this.joined = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.joined.catch(nothing);
  }

  get state(): ClientRoom['state'] {
    return this.ended ? 'left' : this.#member ? 'joined' : 'joining';
  }

  get position(): Position | undefined {
    return this.#position;
  }

  get members(): readonly PresenceMember[] | undefined {
    return this.#presence.state?.members;
  }

  get count(): number | undefined {
    return this.#presence.state?.count;
  }

  send(event: string, data?: unknown, options?: SendOptions): Promise<unknown> {
    return this.#ask({ event, data, room: this.name }, options?.timeout);
  }

  history(query?: HistoryQuery): Promise<HistoryPage> {
    return this.#ask({ op: 'history', room: this.name, ...query }) as Promise<HistoryPage>;
  }

  async presence(): Promise<PresenceState> {
    const state = (await this.#ask({ op: 'presence', room: this.name })) as PresenceState;
    if (this.#live) this.#presence.take(state, true);
    return state;
  }

  leave(): Promise<void> {
    if (this.ended) return Promise.resolve();
    return (this.#leaving ??= new Promise((resolve, reject) => {
      const done = () => {
        this.end('left');
        resolve();
      };
      const fail = (error: RoostError) => {
        this.end('left');
        if (error.code === 'NOT_JOINED') resolve();
        else reject(error);
      };
      this.#host.requests.add({ op: 'leave', room: this.name }, { done, fail, lost: done });
    }));
  }

  // ---- from here on: for the client's other parts ----

  /** Where to go on after a lost connection, or nothing where the session does not have the room. */
  get kept(): Position | undefined {
    return this.#member ? this.#position : undefined;
  }

  /** The position a page asked for that is yet to be joined. */
  get wanted(): Position | undefined {
    return this.#position ?? this.#since;
  }

  get leaving(): boolean {
    return this.#leaving !== undefined;
  }

  /** Asks to be let in, unless the session has the room or was asked. @param first ahead of all that waits to be sent */
  join(first?: boolean): void {
    if (this.#member || this.#joining) return;
    this.#joining = true;
    this.#host.requests.add(
      { op: 'join', room: this.name, data: this.#data, since: this.wanted },
      {
        done: (answer) => {
          this.#joining = false;
          if (answer.op === 'joined') this.#welcomed(answer);
          else this.end((answer as LeftFrame).reason);
        },
        fail: (error) => {
          this.#joining = false;
          // The server may have let us in all the same.
          if (this.#live || error.code === 'TIMEOUT') this.#host.abandon(this.name);
          this.end('refused', error);
        },
        lost: () => (this.#joining = false),
      },
      undefined,
      first,
    );
  }

  /** The session goes on, and the room with it. */
  resume({ epoch, offset, recovered }: ResumedRoom): void {
    const { wanted } = this;
    // The server may speak of a position that a page before this one had told it, or a lost `joined`. What this page has
    // may be more, which is no reason to hear it again, or less, which is a gap.
    const ahead = wanted?.epoch === epoch && wanted.offset >= offset;
    const resumed = recovered && (ahead || !wanted);
    this.#member = this.#live = true;
    this.#resumed = resumed;
    this.#position = resumed && wanted ? wanted : { epoch, offset };
    this.#presence.renew();
    if (resumed !== recovered) this.#host.cameBack(this.name, resumed);
    this.#recover(resumed);
  }

  /** The connection is lost. */
  pause(): void {
    this.#live = false;
  }

  /** The session is lost. */
  forget(): void {
    this.#member = this.#live = false;
  }

  /** `left` without a request: an answer to a running join is yet to come, and counts for itself. */
  removed(reason: LeaveReason): void {
    if (this.#live || !this.#joining) this.end(reason);
  }

  end(reason: LeaveReason, error?: RoostError): void {
    if (this.ended) return;
    this.ended = true;
    this.#member = this.#live = false;
    this.#host.left(this);
    this.#reject(error ?? new RoostError('NOT_JOINED'));
    this.hooks.emit('left', reason, error);
  }

  /** A message, or something else of the room's log. */
  take(frame: RoomMessageFrame | RetractFrame | SkipFrame): void {
    const { offset } = frame;
    if (!this.#live || !this.#position) return;
    if (offset !== undefined) {
      const ahead = offset - this.#position.offset;
      if (ahead > 1) return this.#host.broken();
      if (ahead < 1) return;
      this.#position = { epoch: this.#position.epoch, offset };
    }
    if (!('op' in frame)) {
      if (offset !== undefined && this.#catchingUp) this.#catchingUp.count++;
      this.messages.emit(frame.event, frame.data, frame);
    } else if (frame.op === 'retract') {
      this.hooks.emit('retract', frame.target);
    }
    this.#reached();
  }

  /** The log was cut. */
  cut({ epoch, offset }: Position): void {
    if (!this.#live) return;
    this.#position = { epoch, offset };
    if (this.#presence.state) {
      this.#presence.renew();
      this.#askPresence();
    }
    this.#recover(false);
  }

  changed(frame: PresenceChangeFrame): void {
    if (this.#live) this.#presence.take(frame);
  }

  #welcomed({ epoch, offset, data, recovered, presence }: JoinedFrame): void {
    const position = { epoch, offset };
    const again = this.#position !== undefined;
    // The answer to a repeated join is as old as the first one; `welcome` has said since then where the room goes on.
    const late = this.#live;
    if (!late) {
      this.#position = position;
      this.#presence.renew();
    }
    this.#member = this.#live = true;
    if (presence) this.#presence.take(presence, true);
    const info: JoinedInfo = { data, recovered: late ? this.#resumed : recovered, position };
    this.#resolve(info);
    this.hooks.emit('joined', info);
    if (late || recovered === undefined) return;
    if (again) this.#host.cameBack(this.name, recovered);
    if (again || !recovered) this.#recover(recovered);
  }

  /** Tells how the room came back: at once where messages are lost, else when the top of its log is reached. */
  #recover(recovered: boolean): void {
    const catchingUp = { count: this.#catchingUp?.count ?? 0, top: Infinity };
    this.#catchingUp = undefined;
    if (!recovered) {
      this.hooks.emit('gap', this.#position as Position);
      this.hooks.emit('recovery', { recovered, caughtUp: catchingUp.count });
    } else if (this.hooks.of('recovery').length > 0) {
      this.#catchingUp = catchingUp;
      const reach = (top: number) => {
        catchingUp.top = top;
        this.#reached();
      };
      this.history({ limit: 1 }).then(
        ({ epoch, offset }) => reach(epoch === this.#position?.epoch ? offset : 0),
        () => reach(0),
      );
    }
  }

  #reached(): void {
    const { count, top } = this.#catchingUp ?? { count: 0, top: Infinity };
    if (!this.#position || this.#position.offset < top) return;
    this.#catchingUp = undefined;
    this.hooks.emit('recovery', { recovered: true, caughtUp: count });
  }

  /** Asks for the full state; where that fails, or is behind what was heard, the next change shows the hole again. */
  #askPresence(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.presence()
      .catch(nothing)
      .finally(() => (this.#asking = false));
  }

  async #ask(frame: Asked, timeout?: number): Promise<unknown> {
    if (this.ended) throw new RoostError('NOT_JOINED');
    return this.#host.requests.ask(frame, timeout);
  }
}
