import type { Connection, ConnectionMode } from '../connection/connection.js';
import type { TokenBucket } from '../connection/token-bucket.js';
import {
  CloseCode,
  encodeFrame,
  RoostException,
  type LeaveReason,
  type PresenceMember,
  type PublicUser,
  type ServerFrame,
} from '../protocol/index.js';
import type { Call } from '../rooms/definition.js';
import type { LiveRoom } from '../rooms/live-room.js';
import type { Member, User } from '../rooms/member.js';
import type { Membership } from '../rooms/membership.js';
import { expelledField } from '../store/cluster.js';
import type { Timer } from '../time/timer-wheel.js';
import type { Answers } from './answers.js';
import type { DirectQueue } from './direct-queue.js';
import type { Lanes } from './lanes.js';
import type { SessionRecord } from './record.js';
import { Tokens } from './token.js';

/**
 * Why a session ended.
 *
 * - `closed`: by the client, or by a close code that says so
 * - `expired`: it was away for its whole time to live
 * - `displaced`: too many sessions were away, and this was the oldest
 * - `shutdown`: the server went down
 * - anything else: as the app said to `end`
 *
 * @publicApi
 */
export type SessionEndReason = 'closed' | 'expired' | 'displaced' | 'shutdown' | (string & {});

/** Who a connection belongs to, and until when. */
export interface Identity {
  readonly user: User | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** A session's place in a room. */
interface Seat {
  readonly room: LiveRoom;
  readonly membership: Membership;
}

/** What a session is made of. */
export interface SessionParts {
  readonly answers: Answers;
  readonly direct: DirectQueue;
  readonly lanes: Lanes;
  readonly bucket: TokenBucket | undefined;
  readonly frameLimit: number;
  /** Rooms it has left that are remembered, for a client that does not know yet. */
  readonly departures: number;
  /** Leave hooks that run; never rejects. */
  readonly track: (hook: Promise<void>) => void;
  /** Ephemeral messages were skipped for it. */
  readonly skipped: (count: number) => void;
  readonly handle: (room: LiveRoom) => Call['room'];
  readonly end: (session: Session, reason: SessionEndReason) => void;
}

/**
 * One client, for as long as it is with the app: through broken connections and reloads, until it says goodbye, stays
 * away too long or is ended.
 *
 * @typeParam U the app's user, as its authenticator returns it: `Session<Person>` where it always returns one
 * @typeParam D what the app keeps in `data`
 * @publicApi
 */
export class Session<
  U extends User | undefined = User | undefined,
  D extends object = Record<string, unknown>,
> implements Member {
  /** For the app to keep what it likes, as long as the session lives. It never leaves the server. */
  readonly data: D = {} as D;
  /** @internal The connection that gets its frames: none while away, or while a resume is not through. */
  connection: Connection | undefined;
  /** @internal A connection that has claimed the session and waits for its `welcome`. */
  claimant: Connection | undefined;
  /** @internal */
  readonly seats = new Map<string, Seat>();
  /** @internal Rooms it is no longer in, and why: the last ones, since no one knows which `left` has arrived. */
  readonly departed = new Map<string, LeaveReason>();
  /** @internal Rooms that it has left whose leave hooks run; where there are other nodes, one of them has to run them if this one dies. */
  readonly leaving = new Map<string, LeaveReason>();
  /** @internal Rooms of which a join runs. */
  readonly joining = new Set<string>();
  /** @internal Requests that are not finished. */
  pending = 0;
  /** @internal How many more requests were refused because there were too many than were let through since. */
  refusals = 0;
  /** @internal What ends it while it is away. */
  expiry: Timer | undefined;
  /** @internal What tells its rooms that it is away. */
  absence: Timer | undefined;
  /** @internal Whether its rooms show it as away. */
  absent = false;
  /** @internal What closes its connection when the credentials are over. */
  credentials: Timer | undefined;
  /** @internal What is written down of it for other nodes; nothing where there are none. */
  record: SessionRecord | undefined;
  /** @internal Asks the store whether it has ended, where that is not certain; rejects where it cannot be asked. */
  settle: (() => Promise<void>) | undefined;
  /** @internal Takes answers of handlers that still ran when another node took the session over. */
  handedOver: ((id: number, text: string) => void) | undefined;
  /** @internal What resumes it. */
  readonly tokens = new Tokens();
  #ended = false;
  #endReason: SessionEndReason | undefined;
  readonly #hooks = new Set<Promise<void>>();
  #skipped = 0;

  /** @internal */
  constructor(
    /** Public: shown to others in presence, and as `from`. */
    readonly id: string,
    /** Who it belongs to, as the authenticator said; nothing where that names nobody. */
    readonly user: U,
    /** The address its last connection came from. */
    public address: string,
    /** How its client speaks. */
    readonly mode: ConnectionMode,
    /** @internal */
    readonly parts: SessionParts,
  ) {}

  /** Names of the rooms it is in. */
  get rooms(): string[] {
    return [...this.seats.keys()];
  }

  /** Whether it has a connection at the moment. */
  get connected(): boolean {
    return this.connection !== undefined;
  }

  /** Whether it is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @internal Why it ended: nothing where it goes on on another node. */
  get endReason(): SessionEndReason | undefined {
    return this.#endReason;
  }

  /** @internal Which of the nodes that have had it this is. */
  get generation(): number {
    return this.record?.generation ?? 1;
  }

  /** Bytes that wait to be taken by its connection. */
  get bufferedBytes(): number {
    return this.connection?.outbox.bufferedBytes ?? 0;
  }

  /**
   * Ephemeral messages that it was spared because its connections were slow, in its whole life: those that came when more
   * than half of `limits.queue` was waiting.
   */
  get skipped(): number {
    return this.#skipped;
  }

  /** Last round-trip time of its connection's heartbeat in milliseconds; nothing before the first answered ping. */
  get latency(): number | undefined {
    return this.connection?.latency;
  }

  /** As others see it. */
  get presence(): PresenceMember {
    const user = this.publicUser;
    return { id: this.id, ...(user !== undefined && { user }), ...(this.absent && { away: true }) };
  }

  /** @internal */
  get publicUser(): PublicUser | undefined {
    if (this.user === undefined) return undefined;
    const { id, name } = this.user;
    return name === undefined ? { id } : { id, name };
  }

  /**
   * Sends a message to this session alone. While it is away the message waits; it is sent again until the client has
   * said that it arrived. A plain session gets it once.
   *
   * @returns whether the session is still there to get it
   * @throws {RoostException} TOO_LARGE where the frame would be larger than `limits.frame`
   */
  send(event: string, data?: unknown): boolean {
    if (this.#ended) return false;
    const head = `{"event":${JSON.stringify(event)},"data":${JSON.stringify(data) ?? 'null'}`;
    const { frameLimit, direct } = this.parts;
    if (Buffer.byteLength(head) + 24 > frameLimit) {
      throw new RoostException('TOO_LARGE', `a message of more than ${frameLimit} bytes`);
    }
    const text = this.mode === 'plain' ? `${head}}` : direct.add((seq) => `${head},"seq":${seq}}`);
    this.record?.saveSoon();
    this.connection?.sendText(text);
    return true;
  }

  /**
   * Ends the session: it leaves its rooms, and its connection is closed with 4403, so that the client stays away.
   *
   * @param reason told to `onSessionEnd` and `Sessions.ended$`, not to the client
   */
  end(reason: SessionEndReason = 'ended'): void {
    this.parts.end(this as unknown as Session, reason);
  }

  /**
   * Closes its connection with 4401, so that its client comes back with fresh credentials: it goes on where these are the
   * same user's, and begins anew where they are somebody else's.
   */
  reauthenticate(): void {
    this.connection?.close(CloseCode.UNAUTHENTICATED, 'credentials are asked for again');
  }

  /** @internal */
  skip(count: number): void {
    this.#skipped += count;
    this.parts.skipped(count);
  }

  /** @internal */
  expel(room: string, reason: LeaveReason): void {
    const text = encodeFrame({ op: 'left', room, reason });
    const hook = this.vacate(room, reason, () => this.connection?.sendText(text));
    if (hook !== undefined) this.parts.track(hook);
  }

  /**
   * @internal Gives up its seat in a room.
   *
   * @param tell called when nothing of the room follows any more
   * @returns the leave hook, or nothing where it was not in the room
   */
  vacate(room: string, reason: LeaveReason, tell?: () => void): Promise<void> | undefined {
    const seat = this.seats.get(room);
    if (seat === undefined) return undefined;
    this.seats.delete(room);
    this.#remember(room, reason);
    // Another node may have asked for it.
    this.record?.noticed(expelledField(room));
    seat.room.remove(seat.membership);
    tell?.();
    const { definition, params } = seat.room;
    return this.left(room, reason, () =>
      definition.handlers.leave({
        room: this.parts.handle(seat.room),
        member: this,
        params,
        event: 'leave',
        data: { reason },
      }),
    );
  }

  /** @internal Runs the leave hook of a room, which never rejects. What is written says so until it is through. */
  left(room: string, reason: LeaveReason, run: () => Promise<void>): Promise<void> {
    this.leaving.set(room, reason);
    const hook = run().finally(() => {
      this.#hooks.delete(hook);
      if (this.leaving.get(room) === reason) this.leaving.delete(room);
      this.record?.saveSoon();
    });
    this.#hooks.add(hook);
    this.record?.saveSoon();
    return hook;
  }

  /** @internal Settles when nothing of it runs any more. */
  async idle(): Promise<void> {
    await this.parts.lanes.idle();
    while (this.#hooks.size > 0) await Promise.all(this.#hooks);
  }

  /** @internal Sends a frame to where it is connected; lost where it is not. */
  tell(frame: ServerFrame): void {
    this.connection?.send(frame);
  }

  /** @internal @param reason nothing where it goes on on another node */
  markEnded(reason?: SessionEndReason): void {
    this.#ended = true;
    this.#endReason = reason;
  }

  #remember(room: string, reason: LeaveReason): void {
    if (this.mode === 'plain') return;
    this.departed.delete(room);
    this.departed.set(room, reason);
    const [oldest] = this.departed.keys();
    if (this.departed.size > this.parts.departures && oldest !== undefined) this.departed.delete(oldest);
  }
}
