import { useEffect, useRef } from 'preact/hooks';
import type { Chat } from './chat.js';

/** The channels: which one is shown, and how much is unread in the others that are open. */
export function ChannelList({ chat }: { chat: Chat }) {
  const names = new Set([...chat.listed, ...chat.open.value.keys()]);
  return (
    <nav class="channels" aria-label="Channels">
      <ul id="channels">
        {[...names].map((name) => (
          <Item key={name} name={name} chat={chat} />
        ))}
      </ul>
      <a class="all" href="/">
        All channels
      </a>
      <p class="about">Cut your connection while the others talk: what you missed comes after, each message once.</p>
    </nav>
  );
}

function Item({ name, chat }: { name: string; chat: Chat }) {
  const link = useRef<HTMLAnchorElement>(null);
  const current = chat.current.value.name === name;
  const unread = chat.open.value.get(name)?.unread.value ?? 0;
  useEffect(() => {
    if (current) link.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <li>
      <a
        ref={link}
        href={`/channel/${encodeURIComponent(name)}`}
        data-channel={name}
        aria-current={current ? 'page' : undefined}
        onClick={(event) => {
          // Any other click opens the link as the person wants it: in a new tab, for example.
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          void chat.visit(name);
        }}
      >
        <span class="channel-name">{name}</span>
        {unread > 0 && !current && (
          <span class="unread">
            {unread}
            <span class="unseen"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
}
