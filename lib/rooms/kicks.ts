import type { LeaveReason } from '../protocol/index.js';
import { expelledField, type Cluster } from '../store/cluster.js';
import type { TimerWheel } from '../time/timer-wheel.js';

/** How often a node is asked that has not done it, and how long it has, in milliseconds. */
const ATTEMPTS = 5;
const PATIENCE = 2_000;

/** What nodes are asked for. */
export interface KickSignal {
  readonly expel: string;
  readonly reason: LeaveReason;
}

/**
 * Takes sessions out of rooms that are on other nodes, or on one that has just died. It is written beside the session, so
 * that it counts also where a message about it is lost, and for whoever builds the session next.
 */
export class Kicks {
  constructor(
    private readonly cluster: Cluster,
    private readonly wheel: TimerWheel,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  ask(room: string, id: string, reason: LeaveReason): void {
    this.#ask(room, { expel: id, reason }).catch((error: unknown) => {
      this.onError(error, `kick from room ${JSON.stringify(room)}`);
    });
  }

  async #ask(room: string, signal: KickSignal): Promise<void> {
    const { cluster } = this;
    const id = signal.expel;
    for (let attempt = 1; ; attempt++) {
      try {
        const owner = await cluster.mark(id, room, signal.reason);
        await cluster.signal(room, JSON.stringify(signal));
        // One that is only joining is in no room yet, and has been called off.
        if (owner === undefined) return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
      await new Promise<void>((resolve) => this.wheel.after(PATIENCE, () => resolve()));
      const state = await cluster.look(id).catch(() => undefined);
      if (state?.fields.has(expelledField(room)) === false || attempt === ATTEMPTS) return;
    }
  }
}
