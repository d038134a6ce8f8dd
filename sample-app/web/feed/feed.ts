import { computed, signal } from '@preact/signals';
import type { ClientRoom, PresenceState } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import type { Bird, FeedContract, Score } from '../../src/feed/feed.contract.js';
import { Visitor } from '../site/visitor.js';

/** Seconds for which heights are kept, to be plotted. */
export const SECONDS = 30;

/** Seconds over which values are counted. */
const COUNTED = 3;

/** A height, and when it was measured by the server's clock. */
export interface Point {
  readonly ts: number;
  readonly metres: number;
}

/** What the server begins the page with. */
export interface FeedStart {
  readonly me: Me;
  readonly name: string;
}

/** The heights and the score of one feed, as they come. */
export class Feed {
  readonly visitor: Visitor;
  readonly name: string;
  readonly presence = signal<PresenceState | undefined>(undefined);
  /** Of each bird the last so many seconds. */
  readonly heights = signal<ReadonlyMap<Bird, readonly Point[]>>(new Map());
  /** Values that have come in a second, lately; 0 until there are enough to tell. */
  readonly perSecond = computed(() => rateOf([...this.heights.value.values()].flat()));
  readonly score = signal<Score | undefined>(undefined);
  /** Why there is nothing to see, in words. */
  readonly refusal = signal<string | undefined>(undefined);

  constructor({ me, name }: FeedStart) {
    this.visitor = new Visitor(me);
    this.name = name;
  }

  connect(): void {
    this.visitor.connect((client) => {
      const room = client.join<FeedContract>(`feed/${this.name}`);
      room.onJoined(({ data }) => this.visitor.is(data.you));
      room.onPresence((state) => (this.presence.value = state));
      room.onLeft((_reason, error) => (this.refusal.value = error?.message));
      room.on('height', ({ bird, metres }, { ts }) => this.#add(bird, { metres, ts }));
      void this.#follow(room);
    });
  }

  #add(bird: Bird, point: Point): void {
    const before = this.heights.value.get(bird)?.filter(({ ts }) => ts > point.ts - SECONDS * 1_000) ?? [];
    this.heights.value = new Map(this.heights.value).set(bird, [...before, point]);
  }

  async #follow(room: ClientRoom<FeedContract>): Promise<void> {
    for await (const score of room.on$('score')) this.score.value = score;
  }
}

function rateOf(points: readonly Point[]): number {
  const now = Math.max(...points.map(({ ts }) => ts));
  const from = now - COUNTED * 1_000;
  if (!points.some(({ ts }) => ts <= from)) return 0;
  return Math.round(points.filter(({ ts }) => ts > from).length / COUNTED);
}
