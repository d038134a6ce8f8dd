import { defer, from, NEVER, retry, switchMap, timer, Observable, type Subscription } from 'rxjs';
import { encodeFrame, isUnavailable } from '../protocol/index.js';
import { encodeMessage } from '../rooms/encoding.js';
import type { LiveRoom } from '../rooms/live-room.js';
import type { RoomMessage } from '../rooms/observation.js';
import type { Room } from '../rooms/room.js';
import type { Election, Ephemeral, Store } from '../store/store.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import type { BroadcastStreamOptions } from './options.js';
import { overflow } from './overflow.js';

/** Back-off after an error, in milliseconds. */
const RETRY = { first: 1_000, most: 30_000 };
/** Keys whose newest value is kept for who comes later. */
const KEYS = 1_000;

/** What a stream's values come from. */
export type StreamSource<T = unknown> = Observable<T> | AsyncIterable<T>;

/** A stream as a gateway declares it. */
export interface StreamDefinition {
  readonly event: string;
  readonly options: BroadcastStreamOptions;
  /** Asks the app for the stream of one room. */
  open(room: Room): Promise<StreamSource>;
}

export interface RoomStreamParts {
  readonly wheel: TimerWheel;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly handle: (room: LiveRoom) => Room;
  readonly elect: Store['elect'];
  readonly publish: Store['publish'];
  readonly onError: (error: unknown, what: string) => void;
  /** It is over, and nothing of it is left. */
  readonly onStopped: () => void;
}

/**
 * One declared stream in one room: subscribed while somebody is there, and for a while after.
 *
 * It may outlive the `LiveRoom`, which goes with its last member: values that come meanwhile reach nobody.
 */
export class RoomStream {
  readonly #newest = new Map<unknown, string>();
  #room: LiveRoom | undefined;
  #subscription: Subscription | undefined;
  #linger: Timer | undefined;
  /** The room wherever its members are; also where none is here any more. */
  #everywhere: Room | undefined;
  /** In a cluster: this node's candidacy, and what ends the observation of values, whichever node they come from. */
  #election: Election | undefined;
  #unobserve = (): void => {};
  #over = false;

  constructor(
    private readonly definition: StreamDefinition,
    private readonly parts: RoomStreamParts,
  ) {}

  /** The first member has come in. */
  start(room: LiveRoom): void {
    this.#room = room;
    this.#everywhere = this.parts.handle(room);
    this.#linger?.cancel();
    this.#linger = undefined;
    // Told to who comes: the newest values, or that there will be none.
    room.greetings.add(this.#greeting);
    if (this.#isShared && this.#replays) this.#unobserve = this.#observe(room);
    this.#subscription ??= this.#elected(this.#everywhere).subscribe({
      next: (value) => this.#send(value),
      error: (error: unknown) => {
        this.parts.onError(error, `stream ${JSON.stringify(this.definition.event)}`);
        this.#end();
      },
      complete: () => this.#end(),
    });
  }

  /** The last member has left. */
  leave(): void {
    this.#room?.greetings.delete(this.#greeting);
    this.#unobserve();
    this.#unobserve = () => {};
    this.#room = undefined;
    const { linger = 0 } = this.definition.options;
    if (linger === 0) this.stop();
    else this.#linger = this.parts.wheel.after(linger, () => this.stop());
  }

  stop(): void {
    this.#linger?.cancel();
    this.#unobserve();
    this.#subscription?.unsubscribe();
    this.#newest.clear();
    this.parts.onStopped();
  }

  readonly #greeting = (room: LiveRoom): readonly string[] => [
    ...this.#newest.values(),
    ...(this.#over ? [this.#completion(room)] : []),
  ];

  /** In a cluster one node may have the stream for all; on every node it waits to be the one. */
  #elected(room: Room): Observable<unknown> {
    if (!this.#isShared) return this.#values(room);
    const elected = new Observable<boolean>((subscriber) => {
      const election = this.parts.elect(`${room.name} ${this.definition.event}`, (is) => subscriber.next(is));
      election.then(
        (one) => (this.#election = one),
        (error: unknown) => subscriber.error(error),
      );
      return () => void election.then((one) => one.close()).catch(() => undefined);
    });
    return elected.pipe(switchMap((is) => (is ? this.#values(room) : NEVER)));
  }

  #values(room: Room): Observable<unknown> {
    const { definition, parts } = this;
    const { options, event } = definition;
    const values = defer(() => definition.open(room)).pipe(
      switchMap((source) => from(source)),
      overflow(options),
    );
    if (options.onError === 'end') return values;
    return values.pipe(
      retry({
        resetOnSuccess: true,
        delay: (error: unknown, attempt) => {
          parts.onError(error, `stream ${JSON.stringify(event)} of ${room}`);
          return timer(Math.min(RETRY.most, RETRY.first * 2 ** (attempt - 1)));
        },
      }),
    );
  }

  #send(value: unknown): void {
    const { event, options } = this.definition;
    const room = this.#room;
    const shared = this.#isShared;
    // Where this process was asleep for long another node has it by now, and this one is told in a moment.
    if (shared ? this.#election?.holds === false : room === undefined) return;
    if (options.durable === true) {
      // The room logs a broadcast that fails.
      void this.#everywhere?.broadcast(event, value).catch(() => undefined);
      return;
    }
    const draft = { event, data: JSON.stringify(value) ?? 'null', ts: this.parts.date() };
    if (shared) this.#publish(draft);
    else if (room !== undefined) {
      room.ephemeral(draft);
      if (this.#replays) this.#remember(value, encodeMessage(room.json, draft));
    }
  }

  #publish(draft: Ephemeral): void {
    const name = this.#everywhere?.name;
    if (name === undefined) return;
    this.parts.publish(name, draft).catch((error: unknown) => {
      // That the store is away it says itself; there is another value soon.
      if (!isUnavailable(error)) this.parts.onError(error, `stream ${JSON.stringify(draft.event)}`);
    });
  }

  /** Whether one node has it for all. */
  get #isShared(): boolean {
    return this.definition.options.scope === 'cluster';
  }

  /** Remembers values that this node, or the one that has the stream, has told. */
  #observe(room: LiveRoom): () => void {
    const message = ({ event, data, offset, ts }: RoomMessage): void => {
      if (event !== this.definition.event || offset !== undefined) return;
      this.#remember(data, encodeMessage(room.json, { event, data: JSON.stringify(data), ts }));
    };
    return room.observe({ message, end: () => {} }, undefined, () => {});
  }

  get #replays(): boolean {
    const { options } = this.definition;
    return options.replay === undefined
      ? options.latest === true || options.sample !== undefined
      : options.replay === 1;
  }

  #remember(value: unknown, text: string): void {
    const key = this.definition.options.key?.(value);
    this.#newest.delete(key);
    this.#newest.set(key, text);
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > KEYS) this.#newest.delete(oldest);
  }

  #end(): void {
    this.#over = true;
    if (this.#room !== undefined) this.#room.tell(this.#completion(this.#room));
  }

  #completion(room: LiveRoom): string {
    return encodeFrame({ op: 'complete', room: room.name, event: this.definition.event });
  }
}
