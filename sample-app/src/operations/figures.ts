import type { RoostCounters, RoostGauges } from 'nestjs-roost';
import type { Figures } from './operations.contract.js';

/** What a node has counted, and how it stood. */
export interface Reading {
  /** Milliseconds, by a clock that only goes on. */
  readonly at: number;
  readonly counters: RoostCounters;
  readonly gauges: RoostGauges;
}

/** A node's figures from two readings. */
export function figuresOf(node: string, before: Reading, now: Reading): Figures {
  const { counters, gauges } = now;
  const { sessions, away, rooms, members, queued, latency } = gauges;
  const seconds = Math.max(0.001, (now.at - before.at) / 1_000);
  const rate = (name: 'frames' | 'writes' | 'received') =>
    Math.round(((counters[name] - before.counters[name]) / seconds) * 10) / 10;
  return {
    node,
    sessions,
    away,
    rooms,
    members,
    deliveries: rate('frames'),
    writes: rate('writes'),
    batch: batchOf(counters.batches.map((writes, i) => writes - (before.counters.batches[i] ?? 0))),
    received: rate('received'),
    queued: queued.bytes,
    congested: queued.congested,
    p50: latency.p50,
    p99: latency.p99,
    since: { resumes: counters.resumes, skipped: counters.skipped, closes: counters.closes },
  };
}

/** The size that 99 of 100 writes do not exceed; 0 where there were none. @param sizes writes of up to 1, 2, 4 … frames */
function batchOf(sizes: readonly number[]): number {
  const all = sizes.reduce((sum, writes) => sum + writes, 0);
  if (all === 0) return 0;
  let sum = 0;
  const size = sizes.findIndex((writes) => (sum += writes) >= all * 0.99);
  return 2 ** size;
}
