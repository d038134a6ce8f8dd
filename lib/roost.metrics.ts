import type { Connection } from './connection/connection.js';
import type { Heartbeat } from './connection/heartbeat.js';
import type { Traffic } from './connection/traffic.js';
import type { Rooms } from './rooms/rooms.js';
import type { Sessions } from './sessions/sessions.js';

/** What one node has done since its start: these numbers only rise. @publicApi */
export interface RoostCounters {
  /** Frames given to sockets: a message to a thousand members is a thousand frames. */
  readonly frames: number;
  /** Writes that carried them: the frames of a turn share one. */
  readonly writes: number;
  /** Bytes of them, as they are on the wire. */
  readonly bytes: number;
  /**
   * Writes by how many frames they carried: the first number counts those with one, the next those with 2, then with 3–4,
   * 5–8 and so on, and the last those with more than 1,024.
   */
  readonly batches: readonly number[];
  /** Messages that came from clients, bad ones included. */
  readonly received: number;
  /** Sessions that were opened. */
  readonly opened: number;
  /** Clients that came back, by what they found. */
  readonly resumes: {
    /** The session, and everything that was missed. */
    readonly recovered: number;
    /** The session, but a room or the direct messages had a gap. */
    readonly gaps: number;
    /** No session any more: they got a new one. */
    readonly lost: number;
  };
  /** Ephemeral messages that were skipped for slow readers. */
  readonly skipped: number;
  /** Connections that were closed, by close code; under 0 those with codes that are neither the standard's nor Roost's. */
  readonly closes: Readonly<Record<number, number>>;
}

/** How one node stands at the moment. @publicApi */
export interface RoostGauges {
  /** Sockets that are open, those of clients that have not got a session yet included. */
  readonly connections: number;
  /** Sessions, those away included. */
  readonly sessions: number;
  /** Sessions that wait for their clients to come back. */
  readonly away: number;
  /** Rooms that somebody is in. */
  readonly rooms: number;
  /** Seats in them: a session in three rooms counts three times. */
  readonly members: number;
  /** What was written and not yet taken by the network. */
  readonly queued: {
    /** Bytes of all connections. */
    readonly bytes: number;
    /** Bytes of the one that has most. */
    readonly largest: number;
    /** Connections with more than half of `limits.queue`: ephemeral messages are skipped for them. */
    readonly congested: number;
  };
  /** Last measured round-trip times of heartbeats, in milliseconds; 0 where none was measured yet. */
  readonly latency: {
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
}

interface MetricsParts {
  readonly traffic: Traffic;
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly heartbeat: Heartbeat;
  readonly connections: () => Iterable<Connection>;
}

/**
 * Figures of this node, to be shown or fed to a monitoring system. Inject it; docs/metrics.md has an example.
 *
 * Counting costs some additions for each write to a socket, and nothing for a single delivery. Reading the gauges goes through
 * all connections: once a second is fine.
 *
 * @publicApi
 */
export class RoostMetrics {
  readonly #parts: MetricsParts;

  /** @internal */
  constructor(parts: MetricsParts) {
    this.#parts = parts;
  }

  /** What was done since the start; a copy. */
  counters(): RoostCounters {
    const { traffic, sessions } = this.#parts;
    const { frames, writes, bytes, batches, received, closes } = traffic;
    const { opened, skipped, recovered, gaps, lost } = sessions.counts;
    return {
      frames,
      writes,
      bytes,
      batches: [...batches],
      received,
      opened,
      resumes: { recovered, gaps, lost },
      skipped,
      closes: Object.fromEntries(closes),
    };
  }

  /** How things stand now. */
  gauges(): RoostGauges {
    const { sessions, rooms, heartbeat, connections } = this.#parts;
    let count = 0;
    const queued = { bytes: 0, largest: 0, congested: 0 };
    for (const { outbox } of connections()) {
      const bytes = outbox.bufferedBytes;
      count++;
      queued.bytes += bytes;
      queued.largest = Math.max(queued.largest, bytes);
      if (outbox.congested) queued.congested++;
    }
    const latencies = heartbeat.latencies().sort((a, b) => a - b);
    return {
      connections: count,
      sessions: sessions.size,
      away: sessions.awayCount,
      ...rooms.occupancy(),
      queued,
      latency: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: latencies.at(-1) ?? 0 },
    };
  }
}

/** The smallest number that so many of them do not exceed. @param sorted ascending */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
