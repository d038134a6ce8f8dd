import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { RoostError, type ClientRoom } from 'nestjs-roost/client';
import type { ChatContract } from '../../src/chat/chat.contract.js';
import { authorOf, type Entry } from './entry.js';
import { failureWords } from './words.js';

/** Something the person has said that is not in the log yet. */
export interface Pending {
  readonly id: number;
  readonly text: string;
  readonly ts: number;
  /** Where the log has it, once the server has said so. */
  readonly offset?: number;
  /** Why it is not said, in words. */
  readonly failure?: string;
  /** The failure leaves open whether it was said. */
  readonly doubtful?: boolean;
  /** When it may be said after all, in milliseconds since 1970. */
  readonly until?: number;
}

/** Where it goes. */
interface Channel {
  readonly room: ClientRoom<ChatContract> | undefined;
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** The person, once the server has said who that is here. */
  readonly you: ReadonlySignal<{ readonly user: string } | undefined>;
  /** What the person writes. */
  readonly draft: Signal<string>;
}

/** What the person says in a channel, from writing it until the log has it. */
export class Outgoing {
  readonly pending = signal<readonly Pending[]>([]);
  /** Why the last text was not taken, in words, until the person writes on. */
  readonly refusal = signal('');
  /** When the person may write again, where the server has said that it was too fast: milliseconds since 1970. */
  readonly blockedUntil = signal(0);
  #ids = 0;

  constructor(private readonly channel: Channel) {}

  /** Says something, and shows it as on its way until the log has it. */
  async say(text: string): Promise<void> {
    const id = ++this.#ids;
    this.refusal.value = '';
    if (text !== '') this.pending.value = [...this.pending.value, { id, text, ts: Date.now() }];
    try {
      const { room, entries } = this.channel;
      if (room === undefined) throw new RoostError('CLOSED', 'not joined');
      const { offset } = await room.send('say', { text });
      this.#change(id, { offset });
      if (entries.value.some((entry) => entry.offset === offset)) this.discard(id);
    } catch (error) {
      if (!(error instanceof RoostError)) throw error;
      this.#fail(id, text, error);
    }
  }

  discard(id: number): void {
    this.pending.value = this.pending.value.filter((pending) => pending.id !== id);
  }

  /** Says once more what was not said. */
  retry({ id, text }: Pending): void {
    this.discard(id);
    void this.say(text);
  }

  /** An entry of the person's own may be what was on its way. */
  settle(entry: Entry): void {
    if (this.pending.value.length === 0 || entry.event !== 'say') return;
    const own = authorOf(entry)?.id === this.channel.you.value?.user;
    const settled =
      this.pending.value.find(({ offset }) => offset === entry.offset) ??
      (own &&
        this.pending.value.find(
          ({ text, failure, doubtful }) => text === entry.data.text && (failure === undefined || doubtful),
        ));
    if (settled) this.discard(settled.id);
  }

  #fail(id: number, text: string, error: RoostError): void {
    if (error.code === 'VALIDATION_FAILED') {
      this.discard(id);
      if (this.channel.draft.value === '') this.channel.draft.value = text;
      this.refusal.value = failureWords(error);
      return;
    }
    const doubtful = error.code === 'OUTCOME_UNKNOWN' || error.code === 'TIMEOUT';
    const until = error.code === 'RATE_LIMITED' ? Date.now() + (error.retryAfter ?? 1_000) : 0;
    this.blockedUntil.value = Math.max(this.blockedUntil.value, until);
    this.#change(id, { failure: failureWords(error), doubtful, until });
  }

  #change(id: number, change: Partial<Pending>): void {
    this.pending.value = this.pending.value.map((pending) => (pending.id === id ? { ...pending, ...change } : pending));
  }
}
