/** What is done to the cluster; `ms` is how long it lasts. */
export type Deed =
  /** Kills a node, and starts it anew. */
  | { readonly what: 'kill'; readonly node: number; readonly ms: number }
  /** Breaks the connections between a node and Redis, and refuses new ones. */
  | { readonly what: 'cut off'; readonly node: number; readonly ms: number }
  /** Stops the bytes between a node and Redis, with connections that seem to live. */
  | { readonly what: 'stall'; readonly node: number; readonly ms: number }
  /** Redis is there and does nothing. */
  | { readonly what: 'pause'; readonly ms: number }
  /** Kills Redis, and starts it with its data. */
  | { readonly what: 'restart'; readonly ms: number }
  /** Kills Redis, and starts it with nothing. */
  | { readonly what: 'lose data'; readonly ms: number };

export type Step = Deed & {
  /** Milliseconds from the beginning. */
  readonly at: number;
};

type What = Deed['what'];

/** Milliseconds that a deed lasts, at least and at most. */
const DURATION: Readonly<Record<What, readonly [number, number]>> = {
  kill: [200, 2_000],
  'cut off': [500, 4_000],
  stall: [500, 4_000],
  pause: [500, 3_000],
  restart: [100, 1_500],
  'lose data': [100, 1_500],
};

/** As long as Redis keeps its data; the deeds come in any order, each of them before any comes again. */
const KEEPING: readonly What[] = ['kill', 'cut off', 'restart', 'kill', 'stall', 'pause'];
const LOSING: readonly What[] = ['lose data', 'kill', 'cut off', 'pause'];

/** Milliseconds between two deeds, at least and at most. */
const PAUSE = [800, 1_800] as const;
/** Milliseconds at the end in which nothing more begins. */
const CALM = 2_500;

/**
 * A plan for so many milliseconds. It begins with the death of a node. Redis keeps its data for the first two thirds of
 * the time; what it loses first comes right after.
 */
export function drawPlan(ms: number, nodes: number, random: () => number): Step[] {
  const between = ([least, most]: readonly [number, number]): number => Math.round(least + random() * (most - least));
  const step = (at: number, what: What): Step => {
    const duration = between(DURATION[what]);
    if (what === 'kill' || what === 'cut off' || what === 'stall') {
      return { at, what, node: Math.floor(random() * nodes), ms: duration };
    }
    return { at, what, ms: duration };
  };
  const losing = (ms * 2) / 3;
  const steps = [step(1_000, 'kill'), step(losing, 'lose data')];
  const fill = (from: number, to: number, all: readonly What[]): void => {
    let bag: What[] = [];
    for (let at = from + between(PAUSE); at < to; at += between(PAUSE)) {
      if (bag.length === 0) bag = [...all];
      const [what] = bag.splice(Math.floor(random() * bag.length), 1);
      if (what !== undefined) steps.push(step(at, what));
    }
  };
  fill(1_000, losing, KEEPING);
  fill(losing, ms - CALM, LOSING);
  return steps.toSorted((a, b) => a.at - b.at);
}
