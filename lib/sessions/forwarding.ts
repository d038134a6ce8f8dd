import { isUnavailable } from '../protocol/index.js';
import { seatField, type Cluster, type SessionState } from '../store/cluster.js';
import type { Clock } from '../time/clock.js';
import type { TimerWheel } from '../time/timer-wheel.js';
import { unknownOutcome } from './remote-runs.js';
import { answeredValue, requestField, runningValue, runsOn } from './request-field.js';
import type { Session } from './session.js';

/** Milliseconds until it is tried again, where the store does not answer. */
const AGAIN = 500;

/**
 * Answers of handlers that ran here, of sessions that other nodes have by now: those wait for them as long as this node
 * lives, and with them whatever was asked for next. So it is tried until it is done, or nobody waits any more.
 */
export class Forwarding {
  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly wheel: TimerWheel,
    /** Milliseconds that another node waits. */
    private readonly patience: number,
    /** Tells a node of an answer, which it may miss: it is written as well. */
    private readonly tell: (node: string, session: string, id: number, text: string) => Promise<void>,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** A handler is through. */
  answered(session: Session, id: number, text: string): void {
    const lane = session.parts.answers.running.get(id) ?? '';
    this.#untilDone(() => this.#pass(session, id, runningValue(this.cluster.node, lane), text));
  }

  /**
   * Handlers were through, and their answers could no longer be written here.
   *
   * @param found told what is written instead; nothing where the session is over
   */
  unwritten(session: Session, found: (state: SessionState | undefined) => void): void {
    this.#untilDone(async () => {
      const state = await this.cluster.look(session.id);
      found(state);
      if (state !== undefined) await this.#passAll(session, state);
    });
  }

  async #passAll(session: Session, state: SessionState): Promise<void> {
    for (const [id, text] of session.parts.answers.kept) {
      const value = state.fields.get(requestField(id));
      if (value === undefined || !runsOn(value, this.cluster.node)) continue;
      const { op, room } = JSON.parse(text) as { readonly op: string; readonly room?: string };
      // A seat that was not written either is nobody's there.
      const holds = op !== 'joined' || state.fields.has(seatField(room ?? ''));
      await this.#pass(session, id, value, holds ? text : unknownOutcome(id));
    }
  }

  async #pass({ id: session }: Session, id: number, from: string, text: string): Promise<void> {
    const owner = await this.cluster.replace(session, requestField(id), from, answeredValue(text));
    if (owner !== undefined) await this.tell(owner, session, id, text);
  }

  #untilDone(work: () => Promise<void>): void {
    const until = this.clock.now() + this.patience;
    const attempt = (): void => {
      work().catch((error: unknown) => {
        if (!isUnavailable(error)) this.onError(error, 'answer for another node');
        else if (this.clock.now() < until) this.wheel.after(AGAIN, attempt);
      });
    };
    attempt();
  }
}
