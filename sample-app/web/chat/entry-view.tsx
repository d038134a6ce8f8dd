import { Bird, tintOf } from '../site/bird.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { authorOf, type Entry } from './entry.js';
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
      {entry.event === 'say' && <Line chat={chat} channel={channel} entry={entry} first={first} />}
    </>
  );
}

function goesOn(previous: Entry, entry: Entry): boolean {
  const author = authorOf(entry);
  return author !== undefined && author.id === authorOf(previous)?.id && entry.ts - previous.ts <= GROUP_MS;
}

interface LineProps {
  readonly chat: Chat;
  readonly channel: Channel;
  readonly entry: Entry & { readonly event: 'say' };
  /** Whether it stands under a name of its own. */
  readonly first: boolean;
}

function Line({ chat, entry: { ts, data }, first }: LineProps) {
  const { author, text } = data;
  const own = author.id === chat.visitor.user.value;
  return (
    <div class={`line${first ? ' first' : ''}${own ? ' own' : ''}`}>
      {first && <Bird name={author.name} />}
      <p class={first ? 'byline' : 'byline unseen'}>
        <b class={`name ${tintOf(author.name)}`} dir="auto">
          {author.name}
        </b>
        {own && <span class="you">you</span>}
        <time dateTime={new Date(ts).toISOString()}>{timeOf(ts, chat.timeZone.value)}</time>
      </p>
      <p class="text" dir="auto">
        {text}
      </p>
    </div>
  );
}
