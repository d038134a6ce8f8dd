import type { You } from '../people/you.js';

/** What the rooms `game/:name` carry; the server and the page share it. */
export interface GameContract {
  clientToServer: { fly: (to: Place) => void };
  serverToClient: { flight: Flight };
  joined: { readonly you: You };
}

/** A place in the arena, from 0 to 1 across and down. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where somebody is. */
export interface Flight extends Place {
  /** Public id of the session. */
  readonly id: string;
}
