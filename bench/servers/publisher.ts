import { now } from '../clock.js';
import { roomName, texts, type Message } from './message.js';

/** What is to be published, and how fast. */
export interface Offer {
  /** Messages per second, all rooms together. */
  readonly rate: number;
  /** Number of rooms, which take turns. */
  readonly rooms: number;
  /** Number of the first of them. @default 0 */
  readonly firstRoom?: number;
  /** Characters of a message's text. */
  readonly length: number;
  /** Number of the node that publishes, which messages tell, where there are several. */
  readonly node?: number;
}

/** Milliseconds between two looks at what is due. */
const TICK = 1;
/** Milliseconds of one look at most, so that the event loop turns. */
const LONGEST_TICK = 5;
/**
 * Seconds of messages that a server may be behind, those included that it has taken and not yet settled; what is further
 * behind is skipped, and counted.
 */
const BACKLOG = 0.25;
/** Rooms take turns in steps of this prime: neighbours, which share members, do not follow one another. */
const STEP = 617;

/** Publishes inside the server's process, at an offered rate: only the fan-out is measured. */
export class Publisher {
  published = 0;
  /** Messages that were due and never published, since the server was too far behind, or that it refused. */
  skipped = 0;
  /** Messages that have been taken, of which the server has not said that they are published. */
  #unsettled = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param broadcast may return a promise, where the server says when a message is published */
  constructor(private readonly broadcast: (room: string, message: Message) => Promise<unknown> | void) {}

  start(offer: Offer): void {
    this.stop();
    const { rate, rooms, firstRoom = 0, node } = offer;
    const names = Array.from({ length: rooms }, (_, index) => roomName(firstRoom + index));
    const all = texts(offer.length);
    const most = Math.ceil(rate * BACKLOG);
    const origin = node === undefined ? {} : { node };
    // Nodes do not take the same room at the same time.
    const shift = Math.floor(((node ?? 0) * rooms) / 2);
    const start = now();
    let next = 0;
    this.#timer = setInterval(() => {
      const began = now();
      const due = Math.floor(((began - start) / 1_000) * rate);
      const oldest = due - most;
      if (next < oldest) {
        this.skipped += oldest - next;
        next = oldest;
      }
      for (; next < due && this.#unsettled < most && now() - began < LONGEST_TICK; next++) {
        // The time a message was due, not the time it was late: waiting counts.
        const at = Math.round((start + ((next + 1) * 1_000) / rate) * 1_000) / 1_000;
        const text = all[next % all.length] as string;
        this.#publish(names[(next * STEP + shift) % rooms] as string, { at, ...origin, text });
      }
    }, TICK);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Publishes so many messages to the first room, one in each turn of the event loop. */
  async burst(count: number, length: number): Promise<void> {
    const all = texts(length);
    for (let index = 0; index < count; index++) {
      this.#publish(roomName(0), { at: now(), text: all[index % all.length] as string });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #publish(room: string, message: Message): void {
    const published = this.broadcast(room, message);
    this.published++;
    if (published === undefined) return;
    this.#unsettled++;
    const settled = (): void => void this.#unsettled--;
    published.then(settled, () => {
      settled();
      this.published--;
      this.skipped++;
    });
  }
}
