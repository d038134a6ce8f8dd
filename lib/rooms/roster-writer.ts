import { isUnavailable } from '../protocol/index.js';
import type { Cluster } from '../store/cluster.js';
import type { TimerWheel } from '../time/timer-wheel.js';

/** Milliseconds after which what could not be written is tried again. */
const AGAIN = 1_000;

interface Line {
  readonly room: string;
  readonly id: string;
  generation: number;
  /** What is to be written; nothing for one that has left. */
  value: string | undefined;
  dirty: boolean;
}

/**
 * Writes for all nodes who is in which room: of each member what counts is the last word, and it is tried until it is
 * written. What waits is at most one line for each membership there was when the store went away.
 */
export class RosterWriter {
  readonly #lines = new Map<string, Line>();

  constructor(
    private readonly cluster: Cluster,
    private readonly wheel: TimerWheel,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** @param value nothing for one that has left */
  write(room: string, id: string, generation: number, value: string | undefined): void {
    const key = `${id} ${room}`;
    const line = this.#lines.get(key);
    if (line !== undefined) {
      Object.assign(line, { generation, value, dirty: true });
      return;
    }
    const fresh = { room, id, generation, value, dirty: true };
    this.#lines.set(key, fresh);
    void this.#write(key, fresh);
  }

  /** Whether something is being written of a member, so that what is heard of it may be older. */
  writes(room: string, id: string): boolean {
    return this.#lines.has(`${id} ${room}`);
  }

  async #write(key: string, line: Line): Promise<void> {
    try {
      while (line.dirty) {
        line.dirty = false;
        await this.cluster.enroll(line.room, line.id, line.generation, line.value);
      }
      this.#lines.delete(key);
    } catch (error) {
      line.dirty = true;
      // That the store is away it says itself.
      if (!isUnavailable(error)) this.onError(error, `roster of room ${JSON.stringify(line.room)}`);
      this.wheel.after(AGAIN, () => void this.#write(key, line));
    }
  }
}
