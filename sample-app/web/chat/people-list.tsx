import { hasAccount } from '../../src/accounts/account-id.js';
import type { Author, Badge as Kind } from '../../src/chat/chat.contract.js';
import { Bird, tintOf } from '../site/bird.js';
import { Popup } from '../site/popup.js';
import { Badge } from './badge.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { PERSON_MENU } from './person-menu.js';

/** Rank in the list; who has none comes after moderators and before guests. */
const RANKS: Readonly<Record<Kind, number>> = { owner: 0, moderator: 1, guest: 3 };
/** People that are listed. */
const LISTED = 200;

interface Props {
  readonly chat: Chat;
  readonly channel: Channel;
}

/** A button that says how many are here, and the list of them that it opens. */
export function PeopleList({ chat, channel }: Props) {
  const count = channel.presence.value?.count ?? 0;
  return (
    <>
      <button type="button" class="pill" id="here-button" popovertarget="here-list">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 8.500a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400zM2 14c.500-3 3-4.500 6-4.500s5.500 1.500 6 4.500z" />
        </svg>
        {count} <span class="unseen">here, show the list</span>
      </button>
      <Popup id="here-list" label="Who is here">
        <List chat={chat} channel={channel} />
      </Popup>
    </>
  );
}

function List({ chat, channel }: Props) {
  const people = peopleIn(channel);
  const others = people.length - LISTED;
  return (
    <>
      <h2>Who is here</h2>
      <ul class="people-list">
        {people.slice(0, LISTED).map((author) => (
          <li key={author.id}>
            <Bird name={author.name} />
            <button
              type="button"
              class={`name ${tintOf(author.name)}`}
              dir="auto"
              popovertarget={PERSON_MENU}
              onClick={() => (chat.person.value = { author })}
            >
              {author.name}
            </button>
            <Badge kind={author.badge} />
          </li>
        ))}
        {others > 0 && <li>{others} more</li>}
      </ul>
    </>
  );
}

/** Everybody once, however many pages they have open. */
function peopleIn({ presence, roles }: Channel): readonly Author[] {
  const people = new Map<string, Author>();
  for (const { id, user } of presence.value?.members ?? []) {
    const key = user?.id ?? id;
    const badge = roles.badges.value.get(key) ?? (user && !hasAccount(user) ? 'guest' : undefined);
    people.set(key, { id: key, name: user?.name ?? 'Somebody', ...(badge && { badge }) });
  }
  const rank = ({ badge }: Author) => (badge ? RANKS[badge] : 2);
  return [...people.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
