import { Observable } from 'rxjs';
import { RoostException, type Position, type PresenceState } from '../protocol/index.js';
import type { Draft, Entry } from '../store/store.js';
import type { Member } from './member.js';

/**
 * A message of a room, as the app's own code sees it.
 *
 * @typeParam D type of the data
 * @publicApi
 */
export class RoomMessage<D = unknown> {
  #data: { readonly value: D } | undefined;

  /** @internal */
  constructor(
    readonly room: string,
    private readonly draft: Draft,
    /** Its place in the room's log; ephemeral messages have none. */
    readonly offset: number | undefined,
  ) {}

  get event(): string {
    return this.draft.event;
  }

  /** Decoded when it is first looked at, once for all observers: treat it as read-only. */
  get data(): D {
    this.#data ??= { value: JSON.parse(this.draft.data) as D };
    return this.#data.value;
  }

  /** Public id of the session it is from, where the broadcast told one. */
  get from(): string | undefined {
    return this.draft.from;
  }

  /** Milliseconds since 1970. */
  get ts(): number {
    return this.draft.ts;
  }
}

/** Who hears of a room in the app, and not over a socket. */
export interface Observer {
  message?(message: RoomMessage): void;
  /** Who is in the room has changed. */
  presence?(): void;
  /** The node goes down. */
  end(): void;
}

/** A room, as observations use it. */
export interface ObservedRoom {
  /** Members. */
  readonly size: number;
  readonly members: Iterable<{ readonly member: Member }>;
  readonly presence: { readonly state: PresenceState | undefined };
  readonly observers: {
    /**
     * @param since what to begin after; without it, what comes
     * @param onGap called instead of messages where that is no longer kept
     * @returns ends it
     */
    add(observer: Observer, since: Position | undefined, onGap: () => void): () => void;
  };
  release(): void;
}

/** Brings a room to life for as long as it is observed. */
export type Enter = () => Promise<ObservedRoom>;

/** The messages of a room, those after `since` first where it is given, with no hole and no repeat in between. */
export function observeMessages(enter: Enter, since: Position | undefined): Observable<RoomMessage> {
  return observation(enter, (room, subscriber) =>
    room.observers.add(
      { message: (message) => subscriber.next(message), end: () => subscriber.complete() },
      since,
      () => subscriber.error(new RoostException('UNAVAILABLE', 'what came after this position is no longer kept')),
    ),
  );
}

/** Something about a room that changes with who is in it: as it is now, and then with each change. */
export function observePresence<T>(enter: Enter, look: (room: ObservedRoom) => T): Observable<T> {
  return observation(enter, (room, subscriber) => {
    subscriber.next(look(room));
    const end = () => subscriber.complete();
    return room.observers.add({ presence: () => subscriber.next(look(room)), end }, undefined, () => {});
  });
}

function observation<T>(
  enter: Enter,
  begin: (
    room: ObservedRoom,
    subscriber: { next(value: T): void; error(e: unknown): void; complete(): void },
  ) => () => void,
): Observable<T> {
  return new Observable<T>((subscriber) => {
    let over = false;
    let end = (): void => {};
    enter().then(
      (room) => {
        if (over) {
          room.release();
          return;
        }
        const stop = begin(room, subscriber);
        end = () => {
          stop();
          room.release();
        };
        // A first value may have been all that was wanted.
        if (over) end();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      over = true;
      end();
    };
  });
}

/** The message in an entry, where it holds one that may be seen. */
export function messageOf(room: string, entry: Entry): RoomMessage | undefined {
  if (entry.kind !== 'message' || entry.retracted === true) return undefined;
  return new RoomMessage(room, entry, entry.offset);
}
