import type { ChannelSettings } from '../../src/channels/channel.contract.js';
import type { Moderated } from '../../src/chat/chat.contract.js';
import { durationWords } from '../site/countdown.js';
import type { Entry } from './entry.js';

/** What an entry that is no message tells. */
export function noticeWords(entry: Entry & { readonly event: 'settings' | 'moderated' }): string {
  if (entry.event === 'moderated') return moderatedWords(entry.data);
  const modes = modeWords(entry.data);
  return `${entry.data.by} has changed the channel: ${modes.length > 0 ? modes.join(', ').toLowerCase() : 'everybody may write as they like'}`;
}

/** How a channel is run, where it is not as usual. */
export function modeWords({ slowMode, uniqueMode, membersOnly }: ChannelSettings): readonly string[] {
  return [
    ...(slowMode > 0 ? [`Slow mode, ${durationWords(slowMode)}`] : []),
    ...(uniqueMode ? ['Unique messages'] : []),
    ...(membersOnly ? ['Members only'] : []),
  ];
}

function moderatedWords({ action, user: { name }, by, seconds = 0, reason }: Moderated): string {
  const why = reason ? `: ${reason}` : '';
  switch (action) {
    case 'timedOut':
      return `${by} has timed out ${name} for ${durationWords(seconds)}${why}`;
    case 'banned':
      return `${by} has banned ${name}${why}`;
    case 'unbanned':
      return `${by} has pardoned ${name}`;
    case 'appointed':
      return `${by} has made ${name} a moderator`;
    case 'dismissed':
      return `${name} is a moderator no more, by ${by}`;
  }
}
