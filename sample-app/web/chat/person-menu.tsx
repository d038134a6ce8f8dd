import { useState } from 'preact/hooks';
import type { Author } from '../../src/chat/chat.contract.js';
import { Bird } from '../site/bird.js';
import { durationWords, useCountdown } from '../site/countdown.js';
import { closePopup, Popup } from '../site/popup.js';
import { Badge } from './badge.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';

export const PERSON_MENU = 'person';

/** Seconds for which somebody may be timed out. */
const TIMEOUTS = [10, 60, 600];

interface Props {
  readonly chat: Chat;
  readonly channel: Channel;
}

/** What can be done about somebody: opened by their name. */
export function PersonMenu({ chat, channel }: Props) {
  const author = chat.person.value?.author;
  return (
    <Popup id={PERSON_MENU} label={author?.name ?? 'Somebody'}>
      {author && <Menu chat={chat} channel={channel} author={author} />}
    </Popup>
  );
}

function Menu({ chat, channel, author }: Props & { author: Author }) {
  const own = author.id === chat.visitor.user.value;
  const badge = channel.roles.badges.value.get(author.id) ?? author.badge;
  return (
    <div class="person">
      <p class="somebody">
        <Bird name={author.name} />
        <b dir="auto">{author.name}</b>
        <Badge kind={badge} />
      </p>
      {own ? (
        <p class="hint">This is you.</p>
      ) : (
        <button
          type="button"
          onClick={() => {
            closePopup(PERSON_MENU);
            channel.mention(author.name);
          }}
        >
          Mention
        </button>
      )}
      {!own && badge !== 'owner' && channel.canModerate.value && (
        <Measures channel={channel} author={author} badge={badge} />
      )}
    </div>
  );
}

/** What a moderator may do about somebody. */
function Measures({
  channel,
  author: { id: user },
  badge,
}: Pick<Props, 'channel'> & { author: Author; badge: Author['badge'] }) {
  const [reason, setReason] = useState('');
  const { banned, timedOut } = channel.roles;
  const silent = useCountdown(timedOut.value.get(user) ?? 0) > 0;
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const act: Channel['act'] = (event, data) => {
    closePopup(PERSON_MENU);
    return channel.act(event, data);
  };
  if (banned.value.has(user) || silent)
    return (
      <button type="button" onClick={() => void act('unban', { user })}>
        {silent ? 'Lift the time-out' : 'Lift the ban'}
      </button>
    );
  return (
    <>
      <label for="reason">Reason, for all to read</label>
      <input
        id="reason"
        value={reason}
        maxLength={100}
        autocomplete="off"
        placeholder="Optional"
        onInput={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <div class="timeouts" role="group" aria-label="Time out">
        <span aria-hidden="true">Time out</span>
        {TIMEOUTS.map((seconds) => (
          <button
            key={seconds}
            type="button"
            aria-label={`Time out for ${durationWords(seconds)}`}
            onClick={() => void act('timeOut', { user, seconds, ...why })}
          >
            {durationWords(seconds)}
          </button>
        ))}
      </div>
      <button type="button" class="severe" onClick={() => void act('ban', { user, ...why })}>
        Ban
      </button>
      {channel.you.value?.badge === 'owner' && badge !== 'guest' && (
        <button type="button" onClick={() => void act('appoint', { user, moderator: badge !== 'moderator' })}>
          {badge === 'moderator' ? 'Dismiss as moderator' : 'Make a moderator'}
        </button>
      )}
    </>
  );
}
