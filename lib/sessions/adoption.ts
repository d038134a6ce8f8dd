import { isUnavailable } from '../protocol/index.js';
import type { ClaimedSession, Cluster } from '../store/cluster.js';
import type { Clock } from '../time/clock.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import { chunks } from './chunks.js';

/** How often sessions of nodes that have gone are looked for, in milliseconds. */
const SWEEP = 3_000;

export interface AdoptionParts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** Whether the session is on this node. */
  readonly isHere: (id: string) => boolean;
  /** One at a time of those who want to bring the same session here. */
  readonly inTurn: <T>(id: string, take: () => Promise<T>) => Promise<T>;
  /** Builds a session that this node has claimed. */
  readonly take: (id: string, claimed: ClaimedSession) => Promise<unknown>;
  readonly onError: (error: unknown, what: string) => void;
}

/** Brings sessions here whose nodes have gone: nobody else would tell of their end. */
export class Adoption {
  /** Taken over, and not built yet, since the store went away. */
  readonly #stranded = new Set<string>();
  #sweep: Timer | undefined;
  #closed = false;

  constructor(private readonly parts: AdoptionParts) {}

  /** Looks after them, from now on and until it is closed. */
  start(): void {
    const { clock, wheel, onError } = this.parts;
    // Not all nodes at once.
    this.#sweep = wheel.after(SWEEP * (0.5 + clock.random()), () => {
      this.#adoptAll()
        .catch((error: unknown) => {
          if (!isUnavailable(error)) onError(error, 'sessions of nodes that have gone');
        })
        .finally(() => {
          if (!this.#closed) this.start();
        });
    });
  }

  /** A session is this node's, and could not be built: it is tried again. */
  strand(id: string): void {
    this.#stranded.add(id);
  }

  /** It is built, or another's by now. */
  recover(id: string): void {
    this.#stranded.delete(id);
  }

  close(): void {
    this.#closed = true;
    this.#sweep?.cancel();
  }

  async #adoptAll(): Promise<void> {
    const { cluster } = this.parts;
    for (const id of [...this.#stranded]) await this.#adopt(id, cluster.node);
    for (;;) {
      const orphans = await cluster.orphans();
      let adopted = 0;
      for (const some of chunks(orphans)) {
        if (this.#closed) return;
        const all = await Promise.all(some.map(({ id, node }) => this.#adopt(id, node)));
        adopted += all.filter(Boolean).length;
      }
      // Those that could not be dealt with are looked at with the next sweep.
      if (adopted === 0) return;
    }
  }

  /** @returns whether the session is no orphan any more. Never rejects. */
  async #adopt(id: string, node: string): Promise<boolean> {
    const { cluster, isHere, inTurn, take, onError } = this.parts;
    try {
      return await inTurn(id, async () => {
        if (isHere(id)) return !this.#stranded.delete(id);
        const state = await cluster.look(id);
        if (state === undefined || state.node !== node) {
          this.#stranded.delete(id);
          await cluster.disown(id, node);
          return true;
        }
        const claimed = await cluster.claim(id, state.generation, true);
        if (claimed === undefined) return false;
        await take(id, claimed);
        if (node !== cluster.node) await cluster.disown(id, node);
        return true;
      });
    } catch (error) {
      if (!isUnavailable(error)) onError(error, 'a session of a node that has gone');
      return false;
    }
  }
}
