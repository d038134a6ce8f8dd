import { html, type Html } from '../view/html.js';

/** A channel in the list of channels. */
export function channelItem(name: string, current: boolean): Html {
  return html`<li>
    <a
      href="/channel/${encodeURIComponent(name)}"
      data-channel="${name}"
      ${current ? html` aria-current="page"` : undefined}
    >
      <span class="channel-name">${name}</span><span class="unread" hidden></span>
    </a>
  </li>`;
}
