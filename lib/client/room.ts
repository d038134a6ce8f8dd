import type { LeaveReason } from '../protocol/codes.js';
import type {
  AnyContract,
  BroadcastData,
  BroadcastEvent,
  JoinedData,
  SendAnswer,
  SendData,
  SendEvent,
} from '../protocol/contract.js';
import type { HistoryPage, PresenceMember, PresenceState } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { RoostError } from './error.js';
import type { EventStream } from './event-stream.js';

/** What comes with a room's message. @publicApi */
export interface MessageInfo {
  /** The message's place in the room's log; ephemeral messages have none. */
  readonly offset?: number;
  /** Public id of the session that sent it, where one did. */
  readonly from?: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly ts: number;
}

/** What joining told. @publicApi */
export interface JoinedInfo<C = AnyContract> {
  /** What the room's join handler returned. */
  readonly data: JoinedData<C>;
  /** Whether nothing was missed since the position that was asked for; `undefined` where none was. */
  readonly recovered: boolean | undefined;
  /** The messages after this position are told to the listeners. */
  readonly position: Position;
}

/** How a room came through a lost connection. @publicApi */
export interface Recovery {
  /** `false`: messages were lost, load the room's state anew. */
  readonly recovered: boolean;
  /** How many messages were told to the listeners to catch up. */
  readonly caughtUp: number;
}

/** @publicApi */
export interface SendOptions {
  /**
   * Milliseconds from the call on, time without a connection included. Default: the client's `timeouts.answer`, which
   * begins when the frame is sent.
   */
  timeout?: number;
}

/** Which part of a room's history to read. Left out, the newest. @publicApi */
export interface HistoryQuery {
  /** Messages below this offset, the newest of them. */
  before?: number | Position;
  /** Messages above this offset, the oldest of them. Excludes `before`. */
  since?: number | Position;
  /** At most so many. Default: the server's. */
  limit?: number;
}

/** Data and options of a message: the data may be left out where the contract says `undefined`. @publicApi */
export type SendArguments<Data> = undefined extends Data
  ? [data?: Data, options?: SendOptions]
  : [data: Data, options?: SendOptions];

/**
 * A room this client is in, from `RoostClient.join` on until it is left. It outlives connections: after a reconnect it goes
 * on where it was, and says so by `onRecovery`.
 *
 * Every `on…` returns a function that takes the listener away again. Listeners that throw are reported to the client's
 * `onError`, and harm nobody.
 *
 * @typeParam C the room's contract; without one events may have any name, and data is unknown
 * @publicApi
 */
export interface ClientRoom<C extends object = AnyContract> {
  readonly name: string;
  /** `joining` until the server has let the client in, and again while it lets it in anew after a lost session. */
  readonly state: 'joining' | 'joined' | 'left';
  /** Everything up to here was told to the listeners; `undefined` before the first `joined`. */
  readonly position: Position | undefined;
  /**
   * The first joining. Rejects with a {@link RoostError} where the server refuses, gives no answer, or the client is
   * closed; need not be handled.
   */
  readonly joined: Promise<JoinedInfo<C>>;
  /** Who is here; `undefined` where the room keeps no list or it has not come yet. */
  readonly members: readonly PresenceMember[] | undefined;
  /** How many are here; `undefined` where the room does not count or the number has not come yet. */
  readonly count: number | undefined;

  /** Messages of the room, each once and in the order of their offsets. The position is moved before the listener runs. */
  on<E extends BroadcastEvent<C>>(
    event: E,
    listener: (data: BroadcastData<C, E>, message: MessageInfo) => void,
  ): () => void;
  /** {@link on} as a stream, for RxJS and `for await`. It ends when the room is left, at once where it was left before. */
  on$<E extends BroadcastEvent<C>>(event: E): EventStream<BroadcastData<C, E>>;
  /** Each time the room was joined: the first time, and after a lost session. */
  onJoined(listener: (joined: JoinedInfo<C>) => void): () => void;
  /** Once, at the end. `error` is what the server said where it refused the room. */
  onLeft(listener: (reason: LeaveReason, error?: RoostError) => void): () => void;
  /** Messages were lost before this position, or the log was cut: load the room's state anew. */
  onGap(listener: (position: Position) => void): () => void;
  /** The message with the offset `target` was removed. */
  onRetract(listener: (target: number) => void): () => void;
  onPresence(listener: (state: PresenceState) => void): () => void;
  /**
   * After each reconnect, once everything missed was told to the listeners, or as soon as it is known to be lost. While
   * somebody listens, each reconnect asks the server for one message of history, to know where catching up ends.
   */
  onRecovery(listener: (recovery: Recovery) => void): () => void;

  /**
   * Sends an event to the room's handlers, and resolves with the answer, also across a reconnect. Waits where the client is
   * not connected.
   *
   * @throws {RoostError} what the server refused with; `TOO_LARGE` above the server's frame limit; `TIMEOUT` (whether the
   *   handler ran is not known); `OUTCOME_UNKNOWN` where the session was lost before the answer; `UNAVAILABLE` where too much
   *   waits already; `NOT_JOINED` after the room was left; `CLOSED`
   */
  send<E extends SendEvent<C>>(event: E, ...args: SendArguments<SendData<C, E>>): Promise<SendAnswer<C, E>>;
  /**
   * Leaves; resolves once that is done, also where the room was left already.
   *
   * @throws {RoostError} as `send`; the room is over for this client all the same, while others may see it there for longer
   */
  leave(): Promise<void>;
  /** Reads a page of the room's history, ascending. @throws {RoostError} as `send` */
  history(query?: HistoryQuery): Promise<HistoryPage>;
  /** Asks who is here, and takes it over into `members` and `count`. @throws {RoostError} as `send` */
  presence(): Promise<PresenceState>;
}
