import { channelItem } from '../../src/chat/channel-item.view.js';
import { byId, nodes, within } from '../dom.js';
import type { Channel } from './channel.js';

/** The list of channels: which one is shown, and how much is unread in the others that are open. */
export class ChannelList {
  readonly #list = byId('channels');

  /** @param visit is told which channel the person wants to see */
  constructor(visit: (name: string) => void) {
    this.#list.addEventListener('click', (event) => {
      const name = event.target instanceof Element && event.target.closest('a')?.dataset['channel'];
      // Any other click opens the link as the person wants it: in a new tab, for example.
      if (!name || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      visit(name);
    });
  }

  draw(channels: ReadonlyMap<string, Channel>, current: Channel): void {
    const links = new Map([...this.#list.querySelectorAll('a')].map((link) => [link.dataset['channel'], link]));
    for (const name of channels.keys()) {
      if (!links.has(name)) this.#list.append(nodes(channelItem(name, name === current.name)));
    }
    for (const [name = '', link] of links) {
      const isCurrent = name === current.name;
      if (isCurrent && link.ariaCurrent !== 'page') link.scrollIntoView({ block: 'nearest', inline: 'center' });
      link.ariaCurrent = isCurrent ? 'page' : 'false';
      const unread = channels.get(name)?.unread ?? 0;
      const badge = within(link, '.unread', HTMLElement);
      badge.hidden = unread === 0;
      badge.replaceChildren(String(unread), unseen(' unread'));
    }
    const all = [...channels.values()].reduce((sum, { unread }) => sum + unread, 0);
    document.title = `${all > 0 ? `(${all}) ` : ''}#${current.name} · Roost`;
  }
}

function unseen(words: string): HTMLElement {
  const span = document.createElement('span');
  span.className = 'unseen';
  span.textContent = words;
  return span;
}
