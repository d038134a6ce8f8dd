import { isUnavailable } from '../protocol/index.js';
import { seatField, type Cluster, type SessionState } from '../store/cluster.js';
import { unknownOutcome } from './remote-runs.js';
import { answeredValue, requestField, runningValue, runsOn } from './request-field.js';
import type { Session } from './session.js';

/** Answers of handlers that ran here, of sessions that other nodes have by now: those wait for them. */
export class Forwarding {
  constructor(
    private readonly cluster: Cluster,
    /** Tells a node of an answer, which it may miss: it is written as well. */
    private readonly tell: (node: string, session: string, id: number, text: string) => Promise<void>,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** A handler is through. */
  answered(session: Session, id: number, text: string): void {
    const lane = session.parts.answers.running.get(id) ?? '';
    this.#pass(session, id, runningValue(this.cluster.node, lane), text).catch((error: unknown) => this.#failed(error));
  }

  /** Handlers were through, and their answers could no longer be written here. @param state what is written instead */
  async unwritten(session: Session, state: SessionState): Promise<void> {
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

  #failed(error: unknown): void {
    if (!isUnavailable(error)) this.onError(error, 'answer for another node');
  }
}
