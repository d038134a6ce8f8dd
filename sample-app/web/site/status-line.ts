import type { ClientStatus, Recovery, RoostClient } from 'nestjs-roost/client';
import { byId, count } from '../dom.js';
import { closedWords } from './closed-words.js';

/** Milliseconds after which a connection that the person cut comes back by itself. */
const CUT_MS = 8_000;
/** Milliseconds for which it is told how the channels came back. */
const NEWS_MS = 12_000;

/** Tells how the connection stands, and lets a person cut it. */
export class StatusLine {
  readonly #sky = byId('sky');
  readonly #words = byId('status-words');
  readonly #timer = byId('status-timer');
  readonly #cut = byId('cut', HTMLButtonElement);
  #client: RoostClient | undefined;
  #stop: (() => void) | undefined;
  /** When a cut connection comes back. */
  #cutUntil: number | undefined;
  /** Whether the page has been without a connection; coming to it is no coming back. */
  #wasAway = false;
  /** How the channels came back, together. */
  #recovery: { recovered: boolean; caughtUp: number; at: number } | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#cut.addEventListener('click', () => this.#press());
  }

  follow(client: RoostClient): void {
    this.#stop?.();
    this.#client = client;
    this.#stop = client.onStatus((status) => {
      this.#wasAway ||= status.state === 'away';
      if (status.state !== 'online') this.#recovery = undefined;
      if (status.state !== 'away') this.#cutUntil = undefined;
      this.#draw();
    });
    this.#draw();
  }

  /** A channel has come back. */
  recovered({ recovered, caughtUp }: Recovery): void {
    if (!this.#wasAway) return;
    const before = this.#recovery ?? { recovered: true, caughtUp: 0 };
    this.#recovery = {
      recovered: before.recovered && recovered,
      caughtUp: before.caughtUp + caughtUp,
      at: Date.now(),
    };
    this.#draw();
  }

  #press(): void {
    const client = this.#client;
    if (client?.status.state === 'online') {
      this.#cutUntil = Date.now() + CUT_MS;
      client.drop();
    } else {
      client?.connect();
    }
  }

  #draw(): void {
    const client = this.#client;
    if (client === undefined) return;
    const { status } = client;
    if (this.#cutUntil !== undefined && this.#cutUntil <= Date.now()) {
      this.#cutUntil = undefined;
      client.connect();
      return;
    }
    if (this.#recovery && this.#recovery.at + NEWS_MS < Date.now()) this.#recovery = undefined;
    const { tone, words, until } = this.#say(status);
    this.#sky.dataset['state'] = status.state;
    this.#sky.dataset['tone'] = tone;
    // Set only where they change: a screen reader says them each time.
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#timer.textContent = until === undefined ? '' : `in ${Math.max(0, Math.ceil((until - Date.now()) / 1_000))} s`;
    this.#cut.textContent = status.state === 'online' ? 'Cut my connection' : 'Connect now';
    this.#cut.disabled = status.state === 'connecting';
    this.#tick(until !== undefined || this.#recovery !== undefined);
  }

  #say(status: ClientStatus): { tone: 'good' | 'busy' | 'bad'; words: string; until?: number } {
    switch (status.state) {
      case 'connecting':
        return { tone: 'busy', words: 'Connecting' };
      case 'online':
        if (this.#recovery === undefined) return { tone: 'good', words: 'Online' };
        if (!this.#recovery.recovered) return { tone: 'bad', words: 'Back, but part of the history is lost' };
        return {
          tone: 'good',
          words:
            this.#recovery.caughtUp > 0
              ? `Back, ${count(this.#recovery.caughtUp, 'message')} caught up`
              : 'Back, nothing missed',
        };
      case 'away':
        if (this.#cutUntil !== undefined) return { tone: 'bad', words: 'You cut it. Back', until: this.#cutUntil };
        if (status.retryAt !== undefined)
          return { tone: 'bad', words: 'Connection lost. Trying again', until: status.retryAt };
        return { tone: 'busy', words: 'Connection lost. Reconnecting' };
      case 'closed':
        return { tone: 'bad', words: closedWords(status) };
    }
  }

  #tick(wanted: boolean): void {
    if (wanted) {
      this.#ticking ??= setInterval(() => this.#draw(), 250);
    } else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }
}
