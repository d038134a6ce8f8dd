import type { Clock } from '../time/clock.js';

/** Something that gathers during a turn of the event loop and is emptied at its end. */
export interface Gathering {
  flush(): void;
}

/**
 * The end of a turn of the event loop: first rooms hand what they gathered to their members' outboxes, then each outbox
 * makes one write. The busier a turn, the more frames share a write. With a window rooms gather for longer than a turn,
 * all of them for the same while, so that what several rooms have for one socket is one write still.
 */
export class Turn {
  #rooms: Gathering[] = [];
  #outboxes: Gathering[] = [];
  #ending = false;
  #window: { readonly timer: unknown } | undefined;

  /** @param window milliseconds that rooms gather; 0 is until the end of the turn */
  constructor(
    private readonly clock: Clock,
    private readonly window: number,
  ) {}

  /** A room has gathered its first frame. */
  room(room: Gathering): void {
    this.#rooms.push(room);
    if (this.window === 0) this.#schedule();
    else this.#window ??= { timer: this.clock.setTimeout(() => this.#flushRooms(), this.window) };
  }

  /** An outbox has gathered its first frame. */
  outbox(outbox: Gathering): void {
    this.#outboxes.push(outbox);
    this.#schedule();
  }

  /** Ends the turn now, and leaves no timer. */
  close(): void {
    if (this.#window !== undefined) this.clock.clearTimeout(this.#window.timer);
    this.#flushRooms();
    this.#end();
  }

  #schedule(): void {
    if (this.#ending) return;
    this.#ending = true;
    setImmediate(() => this.#end());
  }

  #flushRooms(): void {
    this.#window = undefined;
    const rooms = this.#rooms;
    this.#rooms = [];
    for (const room of rooms) room.flush();
  }

  #end(): void {
    if (this.window === 0) this.#flushRooms();
    // What flushing the rooms has gathered is written in this turn still.
    const outboxes = this.#outboxes;
    this.#outboxes = [];
    this.#ending = false;
    for (const outbox of outboxes) outbox.flush();
  }
}
