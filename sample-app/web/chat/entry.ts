import type { Author } from '../../src/chat/chat.contract.js';
import type { Line, Notice, Transcript } from '../../src/chat/transcript.js';

/** What stands where a message was that somebody has removed. */
interface Tombstone {
  readonly event: 'removed';
  readonly offset: number;
  readonly ts: number;
  readonly author: Author;
}

/** One entry of a channel's log, as the page shows it. */
export type Entry = (Line | Notice | Tombstone) & {
  /** How often the log had begun anew: offsets begin anew with it. */
  readonly era: number;
};

/** The entries of a transcript that can be shown: what was removed before it was loaded is no more. */
export function entriesOf({ messages }: Transcript, era: number): readonly Entry[] {
  return messages
    .filter(({ event }) => event === 'say' || event === 'settings' || event === 'moderated')
    .map((message) => Object.assign({}, message, { era }));
}

export function tombstoneOf({ offset, ts, data, era }: Line & Entry): Entry {
  return { event: 'removed', offset, ts, author: data.author, era };
}

export function keyOf({ era, offset }: Entry): string {
  return `${era}/${offset}`;
}

/** Who has written it; of notices nobody. */
export function authorOf(entry: Entry): Author | undefined {
  if (entry.event === 'say') return entry.data.author;
  return entry.event === 'removed' ? entry.author : undefined;
}
