import type { Cluster } from '../store/cluster.js';
import type { TimerWheel } from '../time/timer-wheel.js';

/** Milliseconds that an answer counts for all rooms. */
const FRESH = 5_000;

/** Which nodes take part: many rooms want to know of few nodes. */
export class LivingNodes {
  readonly #asked = new Map<string, Promise<boolean>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly wheel: TimerWheel,
  ) {}

  /** Whether a node takes part, or did a moment ago. @throws {RoostException} UNAVAILABLE */
  async alive(node: string): Promise<boolean> {
    let alive = this.#asked.get(node);
    if (alive === undefined) {
      alive = this.cluster.alive(node);
      this.#asked.set(node, alive);
      const forget = (): void => void this.#asked.delete(node);
      alive.then(() => this.wheel.after(FRESH, forget), forget);
    }
    return alive;
  }

  /** Whether any of them has gone. @throws {RoostException} UNAVAILABLE */
  async anyGone(nodes: Iterable<string>): Promise<boolean> {
    for (const node of nodes) if (!(await this.alive(node))) return true;
    return false;
  }
}
