import { signal } from '@preact/signals';
import type { Badge } from '../../src/chat/chat.contract.js';
import type { Entry } from './entry.js';

/** People that are kept, each for what they are and for whether they are banned. */
const KEPT = 1_000;

/** Who is what in a channel, as far as its log has told. */
export class Roles {
  readonly badges = signal<ReadonlyMap<string, Badge | undefined>>(new Map());
  /** Until when somebody may not write, in milliseconds since 1970. */
  readonly timedOut = signal<ReadonlyMap<string, number>>(new Map());
  readonly banned = signal<ReadonlySet<string>>(new Set());

  /** Learns from what was said and done. */
  learn(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.event === 'say') this.is(entry.data.author.id, entry.data.author.badge);
      else if (entry.event === 'moderated') {
        const { action, user } = entry.data;
        if (action === 'appointed') this.is(user.id, 'moderator');
        if (action === 'dismissed') this.is(user.id, undefined);
        if (action === 'timedOut') this.#timeOut(user.id, entry.ts + (entry.data.seconds ?? 0) * 1_000);
        if (action === 'unbanned') this.#timeOut(user.id, 0);
        if (action === 'banned' || action === 'unbanned') this.#ban(user.id, action === 'banned');
      }
    }
  }

  is(user: string, badge: Badge | undefined): void {
    const badges = this.badges.value;
    if (badges.has(user) && badges.get(user) === badge) return;
    this.badges.value = new Map([...badges, [user, badge] as const].slice(-KEPT));
  }

  #timeOut(user: string, until: number): void {
    const others = [...this.timedOut.value].filter(([other]) => other !== user);
    this.timedOut.value = new Map(until > 0 ? [...others, [user, until] as const].slice(-KEPT) : others);
  }

  #ban(user: string, banned: boolean): void {
    const others = [...this.banned.value].filter((other) => other !== user);
    this.banned.value = new Set(banned ? [...others, user].slice(-KEPT) : others);
  }
}
