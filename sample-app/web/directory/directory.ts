import { signal } from '@preact/signals';
import type { Me } from '../../src/accounts/account.contract.js';
import type { ChannelSummary, LobbyContract, NewChannel, Viewers } from '../../src/channels/channel.contract.js';
import { request, RefusedError } from '../site/http.js';
import { Visitor } from '../site/visitor.js';

/** What the server begins the page with. */
export interface DirectoryStart {
  readonly me: Me;
  readonly channels: readonly ChannelSummary[];
}

/** All channels: what they are about, and how many are in each at the moment. */
export class Directory {
  readonly visitor: Visitor;
  readonly channels = signal<readonly ChannelSummary[]>([]);
  /** Whether the person is asked for a new channel. */
  readonly creating = signal(false);
  /** Channels that people are in and that are not listed. */
  readonly #unlisted = new Set<string>();

  constructor({ me, channels }: DirectoryStart) {
    this.visitor = new Visitor(me);
    this.channels.value = channels;
  }

  connect(): void {
    this.visitor.connect((client) => {
      const lobby = client.join<LobbyContract>('lobby');
      lobby.on('viewers', (viewers) => this.#count(viewers));
    });
  }

  /** Opens a channel of the person's own, and goes there. @throws {RefusedError} */
  async create(channel: NewChannel): Promise<void> {
    const { name } = (await request('POST', '/api/channels', channel)) as ChannelSummary;
    location.assign(`/channel/${encodeURIComponent(name)}`);
  }

  #count({ channel, viewers }: Viewers): void {
    if (this.channels.value.some(({ name }) => name === channel)) {
      this.channels.value = this.channels.value.map((known) =>
        known.name === channel ? Object.assign({}, known, { viewers }) : known,
      );
    } else if (!this.#unlisted.has(channel)) {
      this.#unlisted.add(channel);
      void this.#load();
    }
  }

  /** Somebody has opened a channel: what it is about is told over HTTP. */
  async #load(): Promise<void> {
    try {
      this.channels.value = (await request('GET', '/api/channels')) as readonly ChannelSummary[];
    } catch (error) {
      // The list is as it was; the next channel is another occasion.
      if (!(error instanceof RefusedError)) throw error;
    }
  }
}
