import type { Direction, Proxy } from '../support/proxy.js';

/**
 * A source of chance that a seed determines: a linear congruential generator, with the multiplier and increment of
 * "Numerical Recipes". Only the upper bits are random enough to be used.
 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** How often something may happen to each proxy, in milliseconds. */
const STEP = 100;

/** Makes the networks behind some proxies as bad as they get, until it is over. */
export class Weather {
  readonly counts = { cuts: 0, stalls: 0, delays: 0, splits: 0 };
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly proxies: readonly Proxy[],
    private readonly random: () => number,
  ) {
    this.#timer = setInterval(() => this.proxies.forEach((proxy) => this.#happen(proxy)), STEP);
  }

  /** Ends it: all networks are good again. */
  clear(): void {
    clearInterval(this.#timer);
    for (const proxy of this.proxies) {
      proxy.delay(0);
      proxy.split(Infinity);
      proxy.flow();
    }
  }

  #happen(proxy: Proxy): void {
    const chance = this.random();
    if (chance < 0.03) {
      proxy.cut();
      this.counts.cuts++;
    } else if (chance < 0.06) {
      const directions: Direction[][] = [['up'], ['down'], ['up', 'down']];
      proxy.stall(...(directions[Math.floor(this.random() * 3)] as Direction[]));
      this.counts.stalls++;
    } else if (chance < 0.2) {
      // Half of what was stalled comes through late, half never.
      if (this.random() < 0.5) proxy.cut();
      proxy.flow();
    } else if (chance < 0.25) {
      proxy.delay(Math.floor(this.random() * 100));
      this.counts.delays++;
    } else if (chance < 0.3) {
      proxy.split(1 + Math.floor(this.random() * 200));
      this.counts.splits++;
    }
  }
}
