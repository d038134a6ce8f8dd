import { computed, effect, signal } from '@preact/signals';
import type { Me } from '../../src/accounts/account.contract.js';
import type { Author } from '../../src/chat/chat.contract.js';
import { Visitor } from '../site/visitor.js';
import { Channel, loadChannel, type ChannelStart } from './channel.js';
import type { TimeZone } from './times.js';

/** What the server begins the page with. */
export interface ChatStart {
  readonly me: Me;
  readonly channel: ChannelStart;
  /** Names of the channels that are listed. */
  readonly listed: readonly string[];
}

/** The channels that the person has open, and the one that is shown. */
export class Chat {
  readonly visitor: Visitor;
  readonly listed: readonly string[];
  /** Whose name was pressed, and on which of their messages. */
  readonly person = signal<{ readonly author: Author; readonly offset?: number | undefined } | undefined>(undefined);
  /** In the order in which they were opened. */
  readonly open = signal<ReadonlyMap<string, Channel>>(new Map());
  readonly current;
  /** Why a channel could not be opened, in words. */
  readonly refusal = signal('');
  /** Whether the page lives: before, it is as the server has rendered it. */
  readonly live = signal(false);
  readonly timeZone = computed<TimeZone>(() => (this.live.value ? 'local' : 'UTC'));
  readonly unread = computed(() => [...this.open.value.values()].reduce((sum, { unread }) => sum + unread.value, 0));
  /** Which one the person wants to see. */
  #chosen: string;

  constructor({ me, channel, listed }: ChatStart) {
    this.visitor = new Visitor(me);
    this.listed = listed;
    this.current = signal(this.#open(channel));
    this.#chosen = channel.name;
  }

  connect(): void {
    this.live.value = true;
    // The channels that are open go on with each client from where they are.
    this.visitor.connect((client) => {
      for (const channel of this.open.value.values()) channel.join(client);
    });
    addEventListener('popstate', () => {
      const name = decodeURIComponent(/^\/channel\/(.+)$/.exec(location.pathname)?.[1] ?? '');
      if (name !== '') void this.#show(name);
    });
    document.addEventListener('visibilitychange', () => this.#read());
    effect(() => this.#read());
    effect(() => {
      const unread = this.unread.value;
      document.title = `${unread > 0 ? `(${unread}) ` : ''}#${this.current.value.name} · Roost`;
    });
  }

  /** Shows another channel, and remembers the way back. */
  async visit(name: string): Promise<void> {
    if (name === this.current.value.name) return;
    if (await this.#show(name)) history.pushState(undefined, '', `/channel/${encodeURIComponent(name)}`);
  }

  /** Joins a channel again that the person was taken out of. */
  comeBack(channel: Channel): void {
    if (this.visitor.client) channel.join(this.visitor.client);
  }

  /**
   * Shows a channel. One that was visited stays open, so that what is said in it meanwhile can be counted.
   *
   * @returns whether it is shown: not where it cannot be loaded, or the person has chosen another one meanwhile
   */
  async #show(name: string): Promise<boolean> {
    this.#chosen = name;
    this.refusal.value = '';
    try {
      if (!this.open.value.has(name)) {
        const channel = this.#open(await loadChannel(name));
        if (this.visitor.client) channel.join(this.visitor.client);
      }
    } catch {
      this.refusal.value = `#${name} cannot be opened at the moment.`;
      return false;
    }
    const channel = this.open.value.get(name);
    if (channel === undefined || this.#chosen !== name) return false;
    this.current.value = channel;
    return true;
  }

  #open(start: ChannelStart): Channel {
    const channel = new Channel(start, this.visitor);
    this.open.value = new Map(this.open.value).set(channel.name, channel);
    return channel;
  }

  /** What is shown is read, where the page can be seen. */
  #read(): void {
    const { unread } = this.current.value;
    if (unread.value > 0 && !document.hidden) unread.value = 0;
  }
}
