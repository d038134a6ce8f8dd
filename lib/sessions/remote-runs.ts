import { encodeFrame, isUnavailable } from '../protocol/index.js';
import type { Cluster } from '../store/cluster.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { requestField } from './request-field.js';
import type { Session } from './session.js';

/** How often it is looked after handlers on other nodes, in milliseconds. */
const LOOK = 2_000;

interface Run {
  readonly node: string;
  /** By the clock, when it is given up. */
  readonly until: number;
  readonly over: () => void;
}

/** Handlers of sessions that were taken over while these ran: their answers are waited for. */
export class RemoteRuns {
  readonly #runs = new Map<Session, Map<number, Run>>();
  #looking = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly wheel: TimerWheel,
    /** Milliseconds that a handler may run. */
    private readonly limit: number,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** The handlers of a session that run elsewhere. */
  of(session: Session): ReadonlyMap<number, { readonly node: string }> {
    return this.#runs.get(session) ?? NONE;
  }

  /** Waits for one of them: what comes behind it in its lane has to wait too. */
  add(session: Session, id: number, node: string, lane: string): void {
    let runs = this.#runs.get(session);
    if (runs === undefined) this.#runs.set(session, (runs = new Map<number, Run>()));
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => (over = resolve));
    runs.set(id, { node, over, until: this.clock.now() + this.limit });
    session.parts.answers.start(id, lane);
    session.parts.lanes.push(lane, { run: () => ended, discard: () => {} });
    this.#lookSoon();
  }

  /** One has come to its end. @param text its answer; without one nobody knows how it ended */
  settle(session: Session, id: number, text = unknownOutcome(id)): void {
    const runs = this.#runs.get(session);
    const run = runs?.get(id);
    if (runs === undefined || run === undefined) return;
    runs.delete(id);
    if (runs.size === 0) this.#runs.delete(session);
    session.parts.answers.settle(id, text);
    session.record?.saveSoon();
    session.connection?.sendText(text);
    run.over();
  }

  /** The session is no longer here. */
  forget(session: Session): void {
    for (const { over } of this.#runs.get(session)?.values() ?? []) over();
    this.#runs.delete(session);
  }

  /** Looks after those of a session: what a node has told may be lost, and a node may have died. */
  async look(session: Session): Promise<void> {
    const runs = this.#runs.get(session);
    if (runs === undefined) return;
    const state = await this.cluster.look(session.id);
    for (const [id, { node, until }] of [...runs]) {
      const value = state?.fields.get(requestField(id));
      if (value?.startsWith('a')) this.settle(session, id, value.slice(1));
      else if (until < this.clock.now() || !(await this.cluster.alive(node))) this.settle(session, id);
    }
  }

  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.wheel.after(LOOK, () => {
      this.#lookAll()
        .catch((error: unknown) => {
          if (!isUnavailable(error)) this.onError(error, 'handlers on other nodes');
        })
        .finally(() => {
          this.#looking = false;
          if (this.#runs.size > 0) this.#lookSoon();
        });
    });
  }

  async #lookAll(): Promise<void> {
    for (const session of [...this.#runs.keys()]) await this.look(session);
  }
}

const NONE: ReadonlyMap<number, { readonly node: string }> = new Map();

/** The answer to a request of which nobody knows how it ended. */
export function unknownOutcome(id: number): string {
  return encodeFrame({
    op: 'error',
    id,
    code: 'OUTCOME_UNKNOWN',
    message: 'the server that ran the handler did not answer',
  });
}
