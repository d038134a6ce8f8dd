import type { Position } from '../protocol/index.js';
import type { Entry, Ephemeral } from '../store/store.js';
import { messageOf, RoomMessage, type Observer } from './observation.js';
import { Replay, type ReplayRoom, type ReplaySink } from './replay.js';

/** Who observes a room in the app. One that throws harms nobody else. */
export class Observers {
  readonly #observers = new Set<Observer>();

  constructor(
    private readonly room: ReplayRoom,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /**
   * Tells an observer of what is said, from a position on where one is given.
   *
   * @param onGap called instead of messages where that is no longer kept
   * @returns ends it
   */
  add(observer: Observer, since: Position | undefined, onGap: () => void): () => void {
    if (since === undefined) {
      this.#observers.add(observer);
      return () => this.#observers.delete(observer);
    }
    const sink: ReplaySink = {
      inTurn: (step) => step(),
      give: (entries) => {
        for (const entry of entries) {
          const message = messageOf(this.room.name, entry);
          if (message !== undefined) observer.message?.(message);
        }
      },
    };
    const replay = new Replay(this.room, sink, since);
    replay
      .run((outcome) => {
        if (outcome === 'gap') onGap();
        else this.#observers.add(observer);
      })
      .catch((error: unknown) => {
        this.onError(error, `replay of room ${JSON.stringify(this.room.name)}`);
        onGap();
      });
    return () => {
      replay.cancel();
      this.#observers.delete(observer);
    };
  }

  entry(entry: Entry): void {
    if (this.#observers.size === 0) return;
    const message = messageOf(this.room.name, entry);
    if (message !== undefined) this.#show(message);
  }

  ephemeral(message: Ephemeral): void {
    if (this.#observers.size > 0) this.#show(new RoomMessage(this.room.name, message, undefined));
  }

  presenceChanged(): void {
    for (const observer of this.#observers) observer.presence?.();
  }

  /** Ends observations: the node goes down. */
  end(): void {
    for (const observer of [...this.#observers]) observer.end();
  }

  #show(message: RoomMessage): void {
    for (const observer of this.#observers) {
      try {
        observer.message?.(message);
      } catch (error) {
        this.onError(error, `observer of room ${JSON.stringify(this.room.name)}`);
      }
    }
  }
}
