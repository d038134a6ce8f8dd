import type { You } from '../people/you.js';

/** What the rooms `feed/:name` carry; the server and the page share it. */
export interface FeedContract {
  serverToClient: { height: Height; score: Score };
  joined: { readonly you: You };
}

export const BIRDS = ['Lark', 'Stork', 'Swift', 'Finch'] as const;
export type Bird = (typeof BIRDS)[number];

export interface Height {
  readonly bird: Bird;
  readonly metres: number;
}

export interface Score {
  readonly round: number;
  /** Heights at which the round began. */
  readonly from: Readonly<Record<Bird, number>>;
  /** Rounds that each has won. */
  readonly points: Readonly<Record<Bird, number>>;
  /** Who won the round before. */
  readonly winner?: Bird;
}
