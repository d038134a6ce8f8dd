import type { CrowdOptions } from '../load/crowd.js';
import { Arena, type Window } from './arena.js';
import type { Case, Times } from './rounds.js';

/** A rate that rises until the server takes no more. */
export interface RampOptions {
  readonly crowd: Pick<CrowdOptions, 'clients' | 'rooms' | 'roomsEach'>;
  /** Messages per second, rising, all rooms together. */
  readonly rates: readonly number[];
  /** One of them, at which all servers are compared, however soon they are saturated. */
  readonly common?: number;
  /** Deliveries of one message. */
  readonly members: number;
  readonly length: number;
  readonly times: Times;
}

export interface Ramp {
  readonly steps: ReadonlyMap<number, Window>;
  /** The step with the most deliveries per second. */
  readonly best: Window;
}

/** Deliveries/s while warming up: as many as every server can do. */
export const WARM = 50_000;
/** Share of what was offered below which a server counts as saturated. */
const KEPT_UP = 0.9;

/** Offers one server more and more until it is saturated. */
export function measureRamp({ peer, options }: Case, ramp: RampOptions): Promise<Ramp> {
  return Arena.with(peer, options, (arena) => climb(arena, ramp));
}

/** Brings clients in, and offers more and more until the server is saturated. */
export async function climb(arena: Arena, ramp: RampOptions): Promise<Ramp> {
  const { rooms } = ramp.crowd;
  await arena.enter(ramp.crowd, { rate: WARM / ramp.members, rooms, length: ramp.length });
  const steps = new Map<number, Window>();
  let saturated = false;
  for (const rate of ramp.rates) {
    if (saturated && rate !== ramp.common) continue;
    const window = await arena.offer({ rate, rooms, length: ramp.length }, ramp.times);
    steps.set(rate, window);
    saturated ||= window.closed > 0 || window.deliveries < rate * ramp.members * KEPT_UP;
  }
  // A server that closes slow readers delivers no more to them.
  const whole = [...steps.values()].filter(({ closed }) => closed === 0);
  const [best] = whole.sort((a, b) => b.deliveries - a.deliveries);
  if (best === undefined) throw new Error('it closed connections at the lowest rate');
  return { steps, best };
}
