import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { count } from '../site/count.js';
import { useVirtualList } from '../site/virtual-list.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { keyOf } from './entry.js';
import { Row } from './row.js';

/** Pixels from the end within which the log follows what is said. */
const NEAR = 48;
/** Pixels of a row that was not drawn yet: most are of one line. */
const ROW = 40;
const PADDING = [16, 12] as const;

interface Props {
  readonly chat: Chat;
  readonly channel: Channel;
}

/** What was said and done. Before the page lives it is all in it; after, only what can be seen. */
export function Log({ chat, channel }: Props) {
  return chat.live.value ? <LiveLog chat={chat} channel={channel} /> : <StillLog chat={chat} channel={channel} />;
}

/** The rows of a channel: the entries, and what is on its way. */
function useRows(chat: Chat, channel: Channel) {
  const entries = channel.entries.value;
  const pending = channel.outgoing.pending.value;
  const more = channel.more.value;
  return {
    count: entries.length + pending.length,
    key(index: number): string {
      const entry = entries[index];
      return entry ? keyOf(entry) : `pending/${pending[index - entries.length]?.id}`;
    },
    row(index: number, measure?: (row: HTMLElement | null) => void) {
      return (
        <Row
          key={this.key(index)}
          chat={chat}
          channel={channel}
          index={index}
          measure={measure}
          more={more && index === 0}
          entry={entries[index]}
          pending={pending[index - entries.length]}
          previous={entries[index - 1]}
        />
      );
    },
  };
}

function StillLog({ chat, channel }: Props) {
  const rows = useRows(chat, channel);
  return (
    <div class="log-box">
      <div class="log still" id="log" role="log" aria-label="Messages" tabIndex={0}>
        <div class="scroll-inner">
          {rows.count === 0 && <Empty />}
          <ol id="lines">{Array.from({ length: rows.count }, (_, index) => rows.row(index))}</ol>
        </div>
      </div>
    </div>
  );
}

function LiveLog({ chat, channel }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useRows(chat, channel);
  const list = useVirtualList({
    box,
    count: rows.count,
    keyOf: (index) => rows.key(index),
    estimate: ROW,
    padding: PADDING,
    near: NEAR,
  });
  // What one says oneself one wants to see.
  const saying = channel.outgoing.pending.value.at(-1)?.id;
  useLayoutEffect(() => {
    if (saying !== undefined) list.toEnd();
  }, [saying]);

  const below = useSignal(0);
  const seen = useRef(0);
  useLayoutEffect(() => {
    if (list.follows()) seen.current = channel.said;
    below.value = channel.said - seen.current;
  });
  const [before, after] = list.space;
  return (
    <div class="log-box">
      {/* Read out by Announcer, which does not speak faster than anybody listens. */}
      <div class="log" id="log" role="log" aria-live="off" aria-label="Messages" tabIndex={0} ref={box}>
        <div class="scroll-inner">
          {rows.count === 0 && <Empty />}
          <ol id="lines" style={{ paddingTop: `${before}px`, paddingBottom: `${after}px` }}>
            {list.rows.map(({ index }) => rows.row(index, list.measure))}
          </ol>
        </div>
      </div>
      <button type="button" class="news" id="news" hidden={below.value === 0} onClick={() => list.toEnd()}>
        {count(below.value, 'new message')}
      </button>
    </div>
  );
}

function Empty() {
  return (
    <p class="empty" id="empty">
      <svg class="bird" aria-hidden="true">
        <use href="#bird-2" />
      </svg>
      Nobody has said anything here yet. You could be the first.
    </p>
  );
}
