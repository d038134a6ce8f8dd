import { Bird, tintOf } from '../site/bird.js';
import type { Author } from '../../src/chat/chat.contract.js';
import { Badge } from './badge.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { authorOf, type Entry } from './entry.js';
import { noticeWords } from './notice.js';
import { PERSON_MENU } from './person-menu.js';
import { Text } from './text.js';
import { dayOf, timeOf } from './times.js';

/** Messages of one person that follow each other within this time stand under one name. */
const GROUP_MS = 5 * 60_000;

interface Props {
  readonly chat: Chat;
  readonly channel: Channel;
  readonly entry: Entry;
  readonly previous: Entry | undefined;
}

/** An entry, with a heading where a new day begins or something before it is missing. */
export function EntryView({ chat, channel, entry, previous }: Props) {
  const zone = chat.timeZone.value;
  const day = dayOf(entry.ts, zone);
  const newDay = previous === undefined || dayOf(previous.ts, zone) !== day;
  const broken = channel.breaks.has(entry);
  const first = newDay || broken || !goesOn(previous, entry);
  return (
    <>
      {newDay && <p class="day">{day}</p>}
      {broken && <p class="break">Something that was said in between is lost.</p>}
      {entry.event === 'say' || entry.event === 'removed' ? (
        <Line chat={chat} channel={channel} entry={entry} first={first} />
      ) : (
        <p class="notice">
          {noticeWords(entry)} <time dateTime={isoOf(entry)}>{timeOf(entry.ts, zone)}</time>
        </p>
      )}
    </>
  );
}

function goesOn(previous: Entry, entry: Entry): boolean {
  const author = authorOf(entry);
  return author !== undefined && author.id === authorOf(previous)?.id && entry.ts - previous.ts <= GROUP_MS;
}

function isoOf({ ts }: Entry): string {
  return new Date(ts).toISOString();
}

interface LineProps {
  readonly chat: Chat;
  readonly channel: Channel;
  readonly entry: Entry & { readonly event: 'say' | 'removed' };
  /** Whether it stands under a name of its own. */
  readonly first: boolean;
}

function Line({ chat, channel, entry, first }: LineProps) {
  const { visitor } = chat;
  const author = entry.event === 'say' ? entry.data.author : entry.author;
  const own = author.id === visitor.user.value;
  const me = visitor.name.value.toLowerCase();
  const forMe = entry.event === 'say' && !own && entry.data.mentions.includes(me);
  return (
    <div class={`line${first ? ' first' : ''}${own ? ' own' : ''}${forMe ? ' for-me' : ''}`}>
      {first && <Bird name={author.name} />}
      <p class={first ? 'byline' : 'byline unseen'}>
        {first ? <Name chat={chat} entry={entry} author={author} /> : <b class="name">{author.name}</b>}
        {first && <Badge kind={author.badge} />}
        {own && <span class="you">you</span>}
        <time dateTime={isoOf(entry)}>{timeOf(entry.ts, chat.timeZone.value)}</time>
      </p>
      {entry.event === 'say' ? (
        <div class="said">
          <Text text={entry.data.text} mentions={entry.data.mentions} me={me} />
          {(own || channel.canModerate.value) && <Remove channel={channel} entry={entry} />}
        </div>
      ) : (
        <p class="text tombstone">Message removed</p>
      )}
    </div>
  );
}

function Name({ chat, entry, author }: Pick<LineProps, 'chat' | 'entry'> & { author: Author }) {
  return (
    <button
      type="button"
      class={`name ${tintOf(author.name)}`}
      dir="auto"
      popovertarget={PERSON_MENU}
      onClick={() => (chat.person.value = { author, offset: entry.event === 'say' ? entry.offset : undefined })}
    >
      {author.name}
    </button>
  );
}

function Remove({ channel, entry }: { channel: Channel; entry: Entry }) {
  return (
    <button
      type="button"
      class="remove"
      aria-label="Remove message"
      title="Remove message"
      onClick={() => void channel.act('remove', { offset: entry.offset })}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M3 4.500h10M6.500 4V2.500h3V4M4.500 4.500l.700 9h5.600l.700-9M6.700 7v4M9.300 7v4" />
      </svg>
    </button>
  );
}
