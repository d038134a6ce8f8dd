import type { Retention } from '../store/store.js';

/**
 * How a room tells who is in it.
 *
 * - `list`: names, and how many
 * - `count`: how many
 * - `off`: nothing
 *
 * @publicApi
 */
export type PresenceMode = 'list' | 'count' | 'off';

/** What a room needs to know of its pattern. */
export interface RoomSettings {
  /** Nothing where another process says. */
  readonly retention: Retention | undefined;
  readonly presence: PresenceMode;
  /** Members up to which `list` tells names. */
  readonly presenceLimit: number;
}
