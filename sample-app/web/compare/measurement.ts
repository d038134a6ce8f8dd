import { WAYS, type Tally, type Traffic, type Way } from '../../src/compare/compare.contract.js';
import type { Message } from './ear.js';

/** Milliseconds of which delays are kept, message by message. */
export const KEPT = 60_000;
/** Messages of which they are kept at most. */
const MOST = 1_000;

/** One message, as one way has brought it. */
export interface Delivery {
  /** When it was said, in milliseconds since 1970. */
  readonly said: number;
  /** Milliseconds until this page had it. */
  readonly delay: number;
}

/** What one way has brought. */
export class Deliveries {
  messages = 0;
  /** How often a message was not the one after that before it: lost, repeated or out of order. */
  faults = 0;
  connected = false;
  /** The last ones. */
  readonly recent: Delivery[] = [];
  #sum = 0;

  constructor(
    private last: number,
    private readonly now: () => number,
  ) {}

  hear({ offset, ts }: Message): void {
    // Both clocks are this machine's; they may be read within the same millisecond.
    const delay = Math.max(0, this.now() - ts);
    this.messages++;
    this.#sum += delay;
    if (offset !== this.last + 1) this.faults++;
    this.last = offset;
    this.recent.push({ said: ts, delay });
    const [oldest] = this.recent;
    if (this.recent.length > MOST || (oldest && oldest.said < ts - KEPT)) this.recent.shift();
  }

  /** Mean delay in milliseconds; nothing before the first message. */
  get delay(): number | undefined {
    return this.messages === 0 ? undefined : this.#sum / this.messages;
  }
}

const NOTHING: Tally = { requests: 0, up: 0, down: 0 };

/** What a channel's four ways have brought and cost. */
export class Measurement {
  readonly deliveries: Readonly<Record<Way, Deliveries>>;
  traffic: Traffic | undefined;

  /** @param offset of the message before the first */
  constructor(offset = 0, now = () => Date.now()) {
    const each = WAYS.map((way) => [way, new Deliveries(offset, now)]);
    this.deliveries = Object.fromEntries(each) as Record<Way, Deliveries>;
  }

  tally(way: Way | 'post'): Tally {
    return this.traffic?.tallies[way] ?? NOTHING;
  }

  /** Seconds for which the server has counted. */
  get seconds(): number {
    return (this.traffic?.ms ?? 0) / 1_000;
  }
}
