import type { Line } from '../../src/chat/transcript.js';
import { transcriptItems, type Reader } from '../../src/chat/transcript.view.js';
import { html } from '../../src/view/html.js';
import { byId, count, nodes, within } from '../dom.js';
import type { Me } from '../site/visitor.js';
import type { Channel, Pending } from './channel.js';

/** Pixels from the end within which the log follows what is said. */
const NEAR = 32;

/** Draws one channel's lines. The box grows upwards: its scroll position is 0 at the end and negative above it. */
export class Log {
  readonly #log = byId('log');
  readonly #inner = within(this.#log, '.scroll-inner', HTMLElement);
  readonly #lines = byId('lines');
  readonly #pending = byId('pending');
  readonly #empty = byId('empty');
  readonly #earlier = byId('earlier');
  readonly #news = byId('news');
  readonly #me: Me;
  readonly #retry: (channel: Channel, pending: Pending) => void;
  #channel: Channel | undefined;
  /** Lines added below what can be seen. */
  #unseen = 0;

  constructor(me: Me, retry: (channel: Channel, pending: Pending) => void) {
    this.#me = me;
    this.#retry = retry;
    this.#earlier.addEventListener('click', () => void this.#channel?.loadEarlier());
    this.#news.addEventListener('click', () => this.toEnd());
    this.#log.addEventListener('scroll', () => this.#atEnd && this.#seen(), { passive: true });
    this.#pending.addEventListener('click', (event) => this.#decide(event.target as HTMLElement));
  }

  /** Shows a channel, from its end. */
  show(channel: Channel): void {
    this.#channel = channel;
    this.draw();
    this.drawPending();
    this.#log.scrollTop = 0;
    this.#seen();
  }

  /** Draws all lines anew. What is seen stays where it is, as seen from the end. */
  draw(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    // Read out are new lines, not the same ones once more.
    this.#log.setAttribute('aria-live', 'off');
    this.#lines.replaceChildren(this.#items(channel.lines));
    requestAnimationFrame(() => this.#log.setAttribute('aria-live', 'polite'));
    this.#drawEdges(channel);
  }

  /** Draws lines at the end. */
  add(lines: readonly Line[]): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    const follows = this.#atEnd;
    const { height } = this.#inner.getBoundingClientRect();
    this.#lines.append(this.#items(lines, channel.lines[channel.lines.length - lines.length - 1]));
    this.#drawEdges(channel);
    if (follows) return;
    this.#log.scrollTop -= this.#inner.getBoundingClientRect().height - height;
    this.#unseen += lines.length;
    this.#news.textContent = count(this.#unseen, 'new message');
    this.#news.hidden = false;
  }

  drawPending(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    const [me] = this.#me.ids;
    const lines = channel.pending.map(({ text, ts }) => ({
      event: 'say' as const,
      offset: 0,
      ts,
      from: me,
      data: { author: { id: this.#me.user, name: this.#me.name }, text, mentions: [] },
    }));
    this.#pending.replaceChildren(this.#items(lines, channel.lines.at(-1)));
    for (const [i, item] of [...this.#pending.querySelectorAll('.line')].entries()) {
      const failure = channel.pending[i]?.failure;
      if (failure === undefined) {
        within(item, '.text', HTMLElement).append(nodes(html`<span class="delivery">waiting</span>`));
      } else {
        item.classList.add('failed');
        item.append(
          nodes(
            html`<p class="delivery" role="alert">
              ${failure}
              <button type="button" data-retry="${i}">Try again</button>
              <button type="button" data-discard="${i}">Discard</button>
            </p>`,
          ),
        );
      }
    }
    this.#drawEdges(channel);
  }

  toEnd(): void {
    this.#log.scrollTop = 0;
    this.#seen();
  }

  get #atEnd(): boolean {
    return this.#log.scrollTop > -NEAR;
  }

  #seen(): void {
    this.#unseen = 0;
    this.#news.hidden = true;
  }

  #items(lines: readonly Line[], previous?: Line): DocumentFragment {
    const reader: Reader = { own: this.#me.ids, timeZone: 'local' };
    const fragment = nodes(transcriptItems(lines, reader, previous));
    const items = fragment.querySelectorAll('.line');
    for (const [i, line] of lines.entries()) {
      if (!this.#channel?.breaks.has(line)) continue;
      items[i]?.before(nodes(html`<li class="break">Something that was said in between is lost.</li>`));
    }
    return fragment;
  }

  #drawEdges(channel: Channel): void {
    this.#earlier.hidden = !channel.more;
    this.#empty.hidden = channel.lines.length + channel.pending.length > 0;
  }

  #decide({ dataset: { retry, discard } }: HTMLElement): void {
    const pending = this.#channel?.pending[Number(retry ?? discard ?? NaN)];
    if (this.#channel === undefined || pending === undefined) return;
    this.#channel.discard(pending);
    if (retry !== undefined) this.#retry(this.#channel, pending);
  }
}
