import type { RoostCounters, RoostGauges } from 'nestjs-roost';
import type { You } from '../people/you.js';

/** What the room `operations` carries: each node tells its figures, and all of them are told to who looks. */
export interface OperationsContract {
  serverToClient: { figures: Figures };
  joined: { readonly you: You };
}

/** Milliseconds between two figures of a node. */
export const PERIOD = 1_000;
/** Milliseconds of the last figures that are kept, and plotted. */
export const SPAN = 3 * 60_000;

/** How a node stands, and what it has done since its figures before. */
export interface Figures extends Pick<RoostGauges, 'sessions' | 'away' | 'rooms' | 'members'> {
  readonly node: string;
  /** Frames given to sockets, per second: a message to a thousand members is a thousand. */
  readonly deliveries: number;
  /** Writes to sockets that carried them, per second. */
  readonly writes: number;
  /** Frames that 99 of 100 of these writes did not exceed: a power of two. */
  readonly batch: number;
  /** Messages of clients, per second. */
  readonly received: number;
  /** Bytes that wait for the network, and connections that have more than half of what they may. */
  readonly queued: number;
  readonly congested: number;
  /** Round-trip times of heartbeats in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Since the node's start. */
  readonly since: Pick<RoostCounters, 'resumes' | 'skipped' | 'closes'>;
}

/** A node's figures, and when they were told: milliseconds since 1970. */
export interface Told {
  readonly ts: number;
  readonly data: Figures;
}
