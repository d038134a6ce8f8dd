import { signal } from '@preact/signals';
import type { ClientStatus, Recovery, RoostClient } from 'nestjs-roost/client';
import { closedWords } from './closed-words.js';
import { count } from './count.js';

/** Milliseconds after which a connection that the person cut comes back by itself. */
const CUT_MS = 8_000;
/** Milliseconds for which it is told how the rooms came back. */
const NEWS_MS = 12_000;

/** How the connection stands, as the page shows it. */
export interface Standing {
  readonly state: ClientStatus['state'];
  readonly tone: 'good' | 'busy' | 'bad';
  readonly words: string;
  /** Seconds until it is tried again. */
  readonly seconds?: number | undefined;
}

/** Tells how the connection stands, and lets a person cut it. */
export class ConnectionStatus {
  readonly standing = signal<Standing>({ state: 'connecting', tone: 'busy', words: 'Connecting' });
  #client: RoostClient | undefined;
  #stop: (() => void) | undefined;
  /** When a cut connection comes back. */
  #cutUntil: number | undefined;
  /** Whether the page has been without a connection; coming to it is no coming back. */
  #wasAway = false;
  /** How the rooms came back, together. */
  #recovery: { recovered: boolean; caughtUp: number; at: number } | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;

  follow(client: RoostClient): void {
    this.#stop?.();
    this.#client = client;
    this.#wasAway = false;
    this.#recovery = undefined;
    this.#stop = client.onStatus((status) => {
      this.#wasAway ||= status.state === 'away';
      if (status.state !== 'online') this.#recovery = undefined;
      if (status.state !== 'away') this.#cutUntil = undefined;
      this.#tell();
    });
    this.#tell();
  }

  /** A room has come back. */
  recovered({ recovered, caughtUp }: Recovery): void {
    if (!this.#wasAway) return;
    const before = this.#recovery ?? { recovered: true, caughtUp: 0 };
    this.#recovery = {
      recovered: before.recovered && recovered,
      caughtUp: before.caughtUp + caughtUp,
      at: Date.now(),
    };
    this.#tell();
  }

  /** Cuts the connection, or brings it back. */
  toggle(): void {
    const client = this.#client;
    if (client?.status.state === 'online') {
      this.#cutUntil = Date.now() + CUT_MS;
      client.drop();
    } else {
      client?.connect();
    }
  }

  #tell(): void {
    const client = this.#client;
    if (client === undefined) return;
    if (this.#cutUntil !== undefined && this.#cutUntil <= Date.now()) {
      this.#cutUntil = undefined;
      client.connect();
      return;
    }
    if (this.#recovery && this.#recovery.at + NEWS_MS < Date.now()) this.#recovery = undefined;
    const { until, ...standing } = this.#standing(client.status);
    const seconds = until === undefined ? undefined : Math.max(0, Math.ceil((until - Date.now()) / 1_000));
    this.standing.value = { state: client.status.state, ...standing, seconds };
    this.#tick(until !== undefined || this.#recovery !== undefined);
  }

  #standing(status: ClientStatus): { tone: Standing['tone']; words: string; until?: number } {
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
      this.#ticking ??= setInterval(() => this.#tell(), 250);
    } else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }
}
