import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../site/count.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { authorOf, keyOf, type Entry } from './entry.js';
import { noticeWords } from './notice.js';

/** Milliseconds between two announcements: more could not be listened to. */
const PAUSE_MS = 2_500;
/** Entries that are read out word for word; of more it is told how many there are. */
const READ = 2;

/** Tells a screen reader what comes, politely: it is never ahead of who listens. */
export function Announcer({ chat, channel }: { chat: Chat; channel: Channel }) {
  const [words, setWords] = useState('');
  const entries = channel.entries.value;
  const last = useRef(entries.at(-1));
  const fresh = useRef<{ count: number; entries: readonly Entry[] }>({ count: 0, entries: [] });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    const known = last.current && keyOf(last.current);
    const from = entries.findLastIndex((entry) => keyOf(entry) === known) + 1;
    const own = chat.visitor.user.value;
    const added = entries.slice(from).filter((entry) => authorOf(entry)?.id !== own);
    last.current = entries.at(-1);
    if (added.length === 0) return;
    const { count, entries: before } = fresh.current;
    fresh.current = { count: count + added.length, entries: [...before, ...added].slice(-READ) };
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setWords(announcement(fresh.current.count, fresh.current.entries));
      fresh.current = { count: 0, entries: [] };
    }, PAUSE_MS);
  }, [entries]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <p class="unseen" id="announcement" aria-live="polite">
      {words}
    </p>
  );
}

function announcement(n: number, entries: readonly Entry[]): string {
  return n > READ ? count(n, 'new message') : entries.map(entryWords).join('. ');
}

function entryWords(entry: Entry): string {
  if (entry.event === 'say') return `${entry.data.author.name}: ${entry.data.text}`;
  return entry.event === 'removed' ? 'A message was removed' : noticeWords(entry);
}
