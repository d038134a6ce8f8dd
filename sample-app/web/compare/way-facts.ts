import type { Way } from '../../src/compare/compare.contract.js';

/** How a way is called and drawn: told apart by colour, by the bird and by the line. */
export interface WayFacts {
  readonly name: string;
  /** What it does, where polls are so many seconds apart. */
  readonly does: (seconds: number) => string;
  /** The drawing of its bird. */
  readonly bird: number;
  /** Lengths of dashes and gaps of its line. */
  readonly dashes: string;
}

export const WAY_FACTS: Readonly<Record<Way, WayFacts>> = {
  polling: {
    name: 'Polling',
    does: (seconds) => `asks every ${seconds === 1 ? 'second' : `${seconds} seconds`}`,
    bird: 0,
    dashes: 'none',
  },
  'long-polling': { name: 'Long polling', does: () => 'asks, and the answer waits', bird: 2, dashes: '9 5' },
  events: { name: 'Server-sent events', does: () => 'one answer that never ends', bird: 1, dashes: '2 4' },
  websocket: { name: 'WebSocket', does: () => 'one handshake, then both ways', bird: 3, dashes: '12 4 2 4' },
};
