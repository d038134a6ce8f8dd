import {
  catchError,
  concat,
  defer,
  EMPTY,
  NEVER,
  retry,
  switchMap,
  timer,
  Observable,
  type ObservableInput,
  type Subscription,
} from 'rxjs';
import { encodeFrame, isUnavailable } from '../protocol/index.js';
import { checkSize, encodeMessage } from '../rooms/encoding.js';
import type { ObservedRoom, RoomMessage } from '../rooms/observation.js';
import type { Room } from '../rooms/room.js';
import type { Draft, Election, Ephemeral, Store } from '../store/store.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import type { BroadcastStreamOptions } from './options.js';
import { overflow } from './overflow.js';
import { valuesOf, type StreamSource } from './source.js';

/** Back-off after an error, in milliseconds. */
const RETRY = { first: 1_000, most: 30_000 };
/** Keys whose newest value is kept for who comes later. */
const KEYS = 1_000;

/** A stream as a gateway declares it. */
export interface StreamDefinition {
  readonly event: string;
  readonly options: BroadcastStreamOptions;
  /** Asks the app for the stream of one room. */
  open(room: Room): ObservableInput<StreamSource>;
}

/** What a stream needs of the room that it is in. */
export interface StreamedRoom extends Pick<ObservedRoom, 'observers'> {
  readonly name: string;
  readonly delivery: {
    /** Frames that a member gets when it goes live, however it came. */
    readonly greetings: Set<() => readonly string[]>;
    /** Sends a frame that is no message to this node's members. */
    tell(text: string): void;
  };
  /** Delivers to this node's members and observers. */
  ephemeral(message: Ephemeral): void;
  /** Told of streams that are over on all nodes. */
  readonly completions: Set<(event: string) => void>;
  /** A stream is over on all nodes. */
  complete(event: string): void;
}

export interface RoomStreamParts {
  readonly wheel: TimerWheel;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly handle: Room;
  /** Bytes of a frame. */
  readonly frameLimit: number;
  readonly elect: Store['elect'];
  readonly publish: Store['publish'];
  readonly onError: (error: unknown, what: string) => void;
  /** It is over, and nothing of it is left. */
  readonly onStopped: () => void;
}

/**
 * One declared stream in one room: subscribed while somebody is there, and for a while after.
 *
 * It may outlive the room on this node, which goes with its last member: values that come meanwhile reach nobody.
 */
export class RoomStream {
  readonly #newest = new Map<unknown, string>();
  #room: StreamedRoom | undefined;
  #subscription: Subscription | undefined;
  #linger: Timer | undefined;
  #unlisten: (() => void) | undefined;
  /** In a cluster: this node's candidacy. */
  #election: Election | undefined;
  #over = false;

  constructor(
    private readonly definition: StreamDefinition,
    private readonly parts: RoomStreamParts,
  ) {}

  /** The first member has come in. */
  start(room: StreamedRoom): void {
    this.#room = room;
    this.#linger?.cancel();
    this.#linger = undefined;
    // Told to who comes: the newest values, or that there will be none.
    room.delivery.greetings.add(this.#greeting);
    if (this.#isForAll) {
      room.completions.add(this.#completed);
      if (this.#replays)
        this.#unlisten = room.observers.add({ message: this.#heard, end: () => {} }, undefined, () => {});
    }
    this.#subscription ??= (this.#isForAll ? this.#elected() : this.#values()).subscribe({
      next: (value) => this.#send(value),
      error: (error: unknown) => {
        this.parts.onError(error, this.#title);
        this.#end();
      },
      complete: () => this.#end(),
    });
  }

  /** The last member has left. */
  leave(): void {
    this.#room?.delivery.greetings.delete(this.#greeting);
    this.#room?.completions.delete(this.#completed);
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#room = undefined;
    const { linger = 0 } = this.definition.options;
    if (linger === 0) this.stop();
    else this.#linger = this.parts.wheel.after(linger, () => this.stop());
  }

  stop(): void {
    this.#linger?.cancel();
    this.#subscription?.unsubscribe();
    this.#unlisten?.();
    this.#newest.clear();
    this.parts.onStopped();
  }

  readonly #greeting = (): readonly string[] => [...this.#newest.values(), ...(this.#over ? [this.#completion] : [])];

  /** One node has the stream for all; on every node it waits to be the one. */
  #elected(): Observable<unknown> {
    const { handle, elect } = this.parts;
    const elected = new Observable<boolean>((subscriber) => {
      const election = elect(`${handle.name} ${this.definition.event}`, (is) => subscriber.next(is));
      election.then(
        (one) => (this.#election = one),
        (error: unknown) => subscriber.error(error),
      );
      return () => void election.then((one) => one.close()).catch(() => undefined);
    });
    // This node remains the one when the stream is over: another would begin it anew.
    const over = defer(() => {
      this.#room?.complete(this.definition.event);
      return NEVER;
    });
    const values = this.#values().pipe(
      catchError((error: unknown) => {
        this.parts.onError(error, this.#title);
        return EMPTY;
      }),
    );
    return elected.pipe(switchMap((is) => (is && !this.#over ? concat(values, over) : NEVER)));
  }

  #values(): Observable<unknown> {
    const { definition, parts } = this;
    const { options } = definition;
    const values = defer(() => definition.open(parts.handle)).pipe(
      switchMap((source) => valuesOf(source)),
      overflow(options),
    );
    if (options.onError === 'end') return values;
    return values.pipe(
      retry({
        resetOnSuccess: true,
        delay: (error: unknown, attempt) => {
          parts.onError(error, this.#title);
          return timer(Math.min(RETRY.most, RETRY.first * 2 ** (attempt - 1)));
        },
      }),
    );
  }

  /** A value that cannot be sent (too large, say) is logged and passed over. */
  #send(value: unknown): void {
    const { definition, parts } = this;
    const { event, options } = definition;
    const { name } = parts.handle;
    // Where this process was asleep for long another node has it by now, and this one is told in a moment.
    if (this.#isForAll && this.#election?.holds === false) return;
    if (options.durable === true) {
      // The room logs a broadcast that fails.
      parts.handle.broadcast(event, value).catch(() => undefined);
      return;
    }
    try {
      const draft = { event, data: JSON.stringify(value) ?? 'null', ts: parts.date() };
      checkSize(name, draft, parts.frameLimit);
      if (this.#isForAll) this.#publish(draft);
      else {
        this.#room?.ephemeral(draft);
        if (this.#replays) this.#remember(value, draft);
      }
    } catch (error) {
      parts.onError(error, this.#title);
    }
  }

  #publish(draft: Ephemeral): void {
    this.parts.publish(this.parts.handle.name, draft).catch((error: unknown) => {
      // That the store is away it says itself; there is another value soon.
      if (!isUnavailable(error)) this.parts.onError(error, this.#title);
    });
  }

  /** A value that some node has sent to all. */
  readonly #heard = ({ event, data, ts, offset }: RoomMessage): void => {
    if (event !== this.definition.event || offset !== undefined) return;
    this.#remember(data, { event, data: JSON.stringify(data), ts });
  };

  readonly #completed = (event: string): void => {
    if (event === this.definition.event) this.#end();
  };

  get #isForAll(): boolean {
    const { scope, durable } = this.definition.options;
    return (scope ?? (durable === true ? 'cluster' : 'node')) === 'cluster';
  }

  get #title(): string {
    return `stream ${JSON.stringify(this.definition.event)} of ${this.parts.handle}`;
  }

  get #replays(): boolean {
    const { durable, replay, latest, sample } = this.definition.options;
    if (durable === true) return false;
    return replay === undefined ? latest === true || sample !== undefined : replay === 1;
  }

  #remember(value: unknown, draft: Draft): void {
    const key = this.definition.options.key?.(value);
    this.#newest.delete(key);
    this.#newest.set(key, encodeMessage(JSON.stringify(this.parts.handle.name), draft));
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > KEYS) this.#newest.delete(oldest);
  }

  #end(): void {
    this.#over = true;
    this.#room?.delivery.tell(this.#completion);
  }

  get #completion(): string {
    return encodeFrame({ op: 'complete', room: this.parts.handle.name, event: this.definition.event });
  }
}
