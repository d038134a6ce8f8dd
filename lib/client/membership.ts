import type { LeaveReason } from '../protocol/codes.js';
import type {
  HistoryPage,
  JoinedFrame,
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
import { Listeners } from './listeners.js';
import type { Report } from './listeners.js';
import { Presence } from './presence.js';
import type { Requests } from './requests.js';
import type { ClientRoom, HistoryQuery, JoinedInfo, MessageInfo, Recovery, SendOptions } from './room.js';

/** What a membership needs of the client's other parts. */
export interface MembershipHost {
  readonly requests: Requests;
  readonly report: Report;
  /** The membership is over. */
  left(): void;
  /** The room came back into a new session. */
  cameBack(recovered: boolean): void;
}

interface Hooks {
  joined: [info: JoinedInfo];
  left: [reason: LeaveReason, error?: RoostError];
  gap: [position: Position];
  retract: [target: number];
  presence: [state: PresenceState];
  recovery: [recovery: Recovery];
}

const nothing = () => {};

/** The inner side of a `ClientRoom`: follows what the server tells of the room. */
export class Membership implements ClientRoom {
  readonly name: string;
  readonly joined: Promise<JoinedInfo>;
  /** The membership of the same room that is still being left while this one begins; until then it has the frames. */
  before: Membership | undefined;
  readonly #host: MembershipHost;
  readonly #data: unknown;
  readonly #since: Position | undefined;
  readonly #messages: Listeners<Record<string, [data: unknown, message: MessageInfo]>>;
  readonly #hooks: Listeners<Hooks>;
  readonly #presence: Presence;
  #resolve!: (joined: JoinedInfo) => void;
  #reject!: (error: RoostError) => void;
  #state: ClientRoom['state'] = 'joining';
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
    this.name = name;
    this.#data = data;
    this.#since = since;
    this.#host = host;
    this.#messages = new Listeners(host.report);
    this.#hooks = new Listeners(host.report);
    this.#presence = new Presence(
      () => this.#askPresence(),
      (state) => this.#hooks.emit('presence', state),
    );
    this.joined = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.joined.catch(nothing);
  }

  get state(): ClientRoom['state'] {
    return this.#state;
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

  on(event: string, listener: (data: unknown, message: MessageInfo) => void): () => void {
    return this.#messages.add(event, listener);
  }

  onJoined(listener: (joined: JoinedInfo) => void): () => void {
    return this.#hooks.add('joined', listener);
  }

  onLeft(listener: (reason: LeaveReason, error?: RoostError) => void): () => void {
    return this.#hooks.add('left', listener);
  }

  onGap(listener: (position: Position) => void): () => void {
    return this.#hooks.add('gap', listener);
  }

  onRetract(listener: (target: number) => void): () => void {
    return this.#hooks.add('retract', listener);
  }

  onPresence(listener: (state: PresenceState) => void): () => void {
    return this.#hooks.add('presence', listener);
  }

  onRecovery(listener: (recovery: Recovery) => void): () => void {
    return this.#hooks.add('recovery', listener);
  }

  async send(event: string, data?: unknown, options?: SendOptions): Promise<unknown> {
    this.#mustBeIn();
    return (await this.#host.requests.ask({ event, data, room: this.name }, options?.timeout)).data;
  }

  async history(query?: HistoryQuery): Promise<HistoryPage> {
    this.#mustBeIn();
    return (await this.#host.requests.ask({ op: 'history', room: this.name, ...query })).data as HistoryPage;
  }

  async presence(): Promise<PresenceState> {
    this.#mustBeIn();
    const state = (await this.#host.requests.ask({ op: 'presence', room: this.name })).data as PresenceState;
    this.#presence.take(state, true);
    return state;
  }

  leave(): Promise<void> {
    if (this.#state === 'left') return Promise.resolve();
    return (this.#leaving ??= new Promise((resolve, reject) => {
      const done = () => {
        this.end('left');
        resolve();
      };
      this.#host.requests.add(
        { op: 'leave', room: this.name },
        {
          done,
          lost: done,
          fail: (error) => {
            this.#leaving = undefined;
            if (error.code === 'NOT_JOINED') done();
            else reject(error);
          },
        },
      );
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
          else if (answer.op === 'left') this.end(answer.reason);
        },
        fail: (error) => {
          this.#joining = false;
          // The server may have let us in all the same.
          if (this.#live || error.code === 'TIMEOUT') this.#leaveQuietly();
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
    this.#state = 'joined';
    this.#member = this.#live = true;
    this.#resumed = recovered;
    const { wanted } = this;
    // A reloaded page may have loaded more of the room's history than the connection before had told.
    if (recovered && wanted && wanted.epoch === epoch && wanted.offset > offset) this.#position = wanted;
    else this.#position = { epoch, offset };
    this.#presence.renew();
    this.#recover(recovered);
  }

  /** The connection is lost. */
  pause(): void {
    this.#live = false;
  }

  /** The session is lost. */
  forget(): void {
    this.#member = this.#live = false;
    if (this.#state === 'joined') this.#state = 'joining';
  }

  /** `left` without a request: an answer to a running join is yet to come, and counts for itself. */
  removed(reason: LeaveReason): void {
    if (this.#live || !this.#joining) this.end(reason);
  }

  end(reason: LeaveReason, error?: RoostError): void {
    if (this.#state === 'left') return;
    this.#state = 'left';
    this.#member = this.#live = false;
    this.#host.left();
    this.#reject(error ?? new RoostError('NOT_JOINED', `the room was left: ${reason}`));
    this.#hooks.emit('left', reason, error);
  }

  /** @returns false where entries before this one have not come */
  take(frame: RoomMessageFrame | RetractFrame | SkipFrame): boolean {
    const position = this.#position;
    if (!this.#live || !position) return true;
    const { offset } = frame;
    if (offset !== undefined) {
      if (offset <= position.offset) return true;
      if (offset > position.offset + 1) return false;
      this.#position = { epoch: position.epoch, offset };
    }
    if (!('op' in frame)) {
      const { event, data, from, ts } = frame;
      if (offset !== undefined && this.#catchingUp) this.#catchingUp.count++;
      this.#messages.emit(event, data, {
        ts,
        ...(offset === undefined ? {} : { offset }),
        ...(from === undefined ? {} : { from }),
      });
    } else if (frame.op === 'retract') {
      this.#hooks.emit('retract', frame.target);
    }
    this.#reached();
    return true;
  }

  /** The log was cut. */
  cut({ epoch, offset }: Position): void {
    if (!this.#live) return;
    const anew = epoch !== this.#position?.epoch;
    this.#position = { epoch, offset };
    if (anew && this.#presence.state) {
      this.#presence.renew();
      this.#askPresence();
    }
    if (this.#catchingUp) this.#recover(false);
    else this.#hooks.emit('gap', this.#position);
  }

  changed(frame: PresenceChangeFrame): void {
    if (this.#live) this.#presence.take(frame);
  }

  #welcomed({ epoch, offset, data, recovered, presence }: JoinedFrame): void {
    const position = { epoch, offset };
    const info: JoinedInfo = { data, recovered: this.#live ? this.#resumed : recovered, position };
    const again = this.#position !== undefined;
    // The answer to a repeated join is as old as the first one; `welcome` has said since then where the room goes on.
    const late = this.#live;
    if (!late) {
      this.#position = position;
      this.#presence.renew();
    }
    this.#state = 'joined';
    this.#member = this.#live = true;
    this.before?.end('left');
    if (presence) this.#presence.take(presence, true);
    this.#resolve(info);
    this.#hooks.emit('joined', info);
    if (late || recovered === undefined) return;
    if (again) {
      this.#host.cameBack(recovered);
      this.#recover(recovered);
    } else if (!recovered) {
      this.#hooks.emit('gap', position);
    }
  }

  /** Tells how the room came back: at once where messages are lost, else when the top of its log is reached. */
  #recover(recovered: boolean): void {
    const count = this.#catchingUp?.count ?? 0;
    this.#catchingUp = undefined;
    if (!recovered) {
      if (this.#position) this.#hooks.emit('gap', this.#position);
      this.#hooks.emit('recovery', { recovered, caughtUp: count });
    } else if (this.#hooks.has('recovery')) {
      const catchingUp = (this.#catchingUp = { count, top: Infinity });
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
    const catchingUp = this.#catchingUp;
    if (!catchingUp || !this.#position || this.#position.offset < catchingUp.top) return;
    this.#catchingUp = undefined;
    this.#hooks.emit('recovery', { recovered: true, caughtUp: catchingUp.count });
  }

  #askPresence(): void {
    if (this.#asking) return;
    this.#asking = true;
    const done = () => (this.#asking = false);
    this.#host.requests.ask({ op: 'presence', room: this.name }).then(
      ({ data }) => {
        done();
        if (this.#live) this.#presence.take(data as PresenceState, true);
      },
      // The next change shows the hole again.
      done,
    );
  }

  #leaveQuietly(): void {
    this.#host.requests.add({ op: 'leave', room: this.name }, { done: nothing, fail: nothing });
  }

  #mustBeIn(): void {
    if (this.#state === 'left') throw new RoostError('NOT_JOINED', 'the room was left');
  }
}
