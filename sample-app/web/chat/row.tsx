import { Component } from 'preact';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { keyOf, type Entry } from './entry.js';
import { EntryView } from './entry-view.js';
import type { Pending } from './outgoing.js';
import { PendingLine } from './pending-line.js';

interface Props {
  readonly chat: Chat;
  readonly channel: Channel;
  readonly index: number;
  readonly measure?: ((row: HTMLElement | null) => void) | undefined;
  /** Whether earlier entries can be loaded above it. */
  readonly more: boolean;
  readonly entry?: Entry | undefined;
  readonly pending?: Pending | undefined;
  /** The entry that this one goes on from. */
  readonly previous?: Entry | undefined;
}

/** One row of the log. Most of them stay as they are while others come. */
export class Row extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return (Object.keys(next) as (keyof Props)[]).some((key) => next[key] !== this.props[key]);
  }

  render({ chat, channel, index, measure, more, entry, pending, previous }: Props) {
    return (
      <li class="row" data-index={index} data-key={entry && keyOf(entry)} ref={measure ?? null}>
        {more && (
          <button type="button" id="earlier" onClick={() => void channel.loadEarlier()}>
            Earlier messages
          </button>
        )}
        {entry && <EntryView chat={chat} channel={channel} entry={entry} previous={previous} />}
        {pending && <PendingLine channel={channel} pending={pending} />}
      </li>
    );
  }
}
