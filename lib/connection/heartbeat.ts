import { Subject, type Observable } from 'rxjs';
import { CloseCode } from '../protocol/index.js';
import type { Clock } from '../time/clock.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';

/** A check that runs later than this judges nobody: the frames that came meanwhile have not been read yet. */
const LATE = 1_000;

/** A connection, as its heartbeat sees it. */
export interface Beating {
  /** When the other side was last heard of, by the clock's `now()`. */
  readonly heardAt: number;
  /** Public id of the session, where it has one. */
  readonly label: string | undefined;
  ping(): void;
  close(code: number, reason: string): void;
}

interface Pulse {
  readonly connection: Beating;
  timer: Timer;
  /** When the ping that awaits a sign of life was sent. */
  pingedAt: number | undefined;
  latency: number | undefined;
}

/** @publicApi */
export interface HeartbeatTimeout {
  /** Public id of the connection's session, where it had one. */
  readonly session: string | undefined;
  /** Milliseconds since the connection was last heard of. */
  readonly silence: number;
}

/**
 * Finds connections whose other side is gone. Who has been silent for an interval is pinged; who then stays silent for
 * the time-out is closed with 4501. Any frame is a sign of life.
 *
 * Inject it to read round-trip times and counts.
 *
 * @publicApi
 */
export class Heartbeat {
  readonly #pulses = new Map<Beating, Pulse>();
  readonly #timedOut = new Subject<HeartbeatTimeout>();
  #timeouts = 0;

  /** @internal */
  constructor(
    private readonly options: { readonly interval: number; readonly timeout: number },
    private readonly clock: Clock,
    private readonly wheel: TimerWheel,
  ) {}

  /** Connections that were given up. */
  readonly timedOut$: Observable<HeartbeatTimeout> = this.#timedOut.asObservable();

  /** How many connections are watched. */
  get size(): number {
    return this.#pulses.size;
  }

  /** How many connections have been given up since the start. */
  get timeouts(): number {
    return this.#timeouts;
  }

  /** Last measured round-trip times in milliseconds, one for each connection that has answered a ping. */
  latencies(): number[] {
    return [...this.#pulses.values()].flatMap((pulse) => (pulse.latency === undefined ? [] : [pulse.latency]));
  }

  /** @internal Round-trip time of one connection, in milliseconds. */
  latencyOf(connection: Beating): number | undefined {
    return this.#pulses.get(connection)?.latency;
  }

  /** @internal Begins to watch a connection. */
  watch(connection: Beating): void {
    // The first ping comes at a random moment, whatever was heard: clients that came at once, as after a restart, are
    // not pinged at once for ever.
    const first = this.options.interval * this.clock.random();
    const pulse: Pulse = {
      connection,
      timer: this.wheel.after(first, () => this.#ping(pulse)),
      pingedAt: undefined,
      latency: undefined,
    };
    this.#pulses.set(connection, pulse);
  }

  /** @internal The other side has answered a ping. */
  answered(connection: Beating): void {
    const pulse = this.#pulses.get(connection);
    if (pulse?.pingedAt === undefined) return;
    pulse.latency = this.clock.now() - pulse.pingedAt;
    pulse.pingedAt = undefined;
  }

  /** @internal Ends watching a connection. */
  forget(connection: Beating): void {
    this.#pulses.get(connection)?.timer.cancel();
    this.#pulses.delete(connection);
  }

  /** @internal */
  close(): void {
    for (const connection of [...this.#pulses.keys()]) this.forget(connection);
    this.#timedOut.complete();
  }

  #ping(pulse: Pulse): void {
    pulse.pingedAt = this.clock.now();
    pulse.connection.ping();
    pulse.timer = this.wheel.after(this.options.timeout, (late) => this.#judge(pulse, late));
  }

  #judge(pulse: Pulse, late: number): void {
    const silence = this.clock.now() - pulse.connection.heardAt;
    if (this.#heardSincePing(pulse)) {
      pulse.timer = this.wheel.after(Math.max(0, this.options.interval - silence), () => this.#check(pulse));
    } else if (late > Math.min(LATE, this.options.timeout)) {
      this.#ping(pulse);
    } else if (silence < this.options.interval + this.options.timeout) {
      // The first ping comes early, so its answer may be late without the connection having been silent for long.
      const rest = this.options.interval + this.options.timeout - silence;
      pulse.timer = this.wheel.after(rest, (lateness) => this.#judge(pulse, lateness));
    } else {
      this.#timeouts++;
      this.#timedOut.next({ session: pulse.connection.label, silence });
      pulse.connection.close(CloseCode.HEARTBEAT_TIMEOUT, 'heartbeat timed out');
    }
  }

  #check(pulse: Pulse): void {
    const silence = this.clock.now() - pulse.connection.heardAt;
    if (silence >= this.options.interval) this.#ping(pulse);
    else pulse.timer = this.wheel.after(this.options.interval - silence, () => this.#check(pulse));
  }

  #heardSincePing(pulse: Pulse): boolean {
    return pulse.pingedAt === undefined || pulse.connection.heardAt >= pulse.pingedAt;
  }
}
