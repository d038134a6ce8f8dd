import type { Socket } from './socket.js';
import type { Traffic } from './traffic.js';
import type { Gathering, Turn } from './turn.js';

/** Bytes gathered in a turn at which an outbox writes without waiting for the turn's end. */
const WRITE_AT = 64 * 1024;

/**
 * What waits to be written to one socket. Frames of a turn leave as one write; bytes that the network does not take are
 * bounded.
 */
export class Outbox implements Gathering {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #frames = 0;
  #closed = false;
  /** Bytes of replays among what is queued, at most. */
  #replayed = 0;
  /** The last step of a replay that was asked for. */
  #lastStep: Promise<void> = Promise.resolve();

  /**
   * @param limit bytes that may be queued besides a piece of a replay; an empty queue takes a frame of any size
   * @param onOverflow called when a frame did not fit, once
   */
  constructor(
    private readonly socket: Socket,
    private readonly turn: Turn,
    private readonly traffic: Traffic,
    private readonly limit: number,
    private readonly onOverflow: () => void,
  ) {}

  /** Bytes that the network has not taken. */
  get bufferedBytes(): number {
    return this.socket.bufferedBytes + this.#bytes;
  }

  /** Whether the queue is so long that what can be missed should be. */
  get congested(): boolean {
    return this.#queued > this.limit / 2;
  }

  /**
   * @param chunk whole frames, as one buffer that others may share
   * @param frames how many
   */
  push(chunk: Buffer, frames: number): void {
    if (this.#closed) return;
    // What this turn gathered is not yet a queue: only what the network then leaves behind is.
    if (this.#bytes + chunk.length > WRITE_AT) this.flush();
    const queued = this.#queued;
    if (queued > 0 && queued + chunk.length > this.limit) {
      this.close();
      this.onOverflow();
      return;
    }
    this.#add(chunk, frames);
  }

  /** Adds a piece of a replay, in a step of {@link whenDrained}. It is no reason to close a slow reader. */
  pushReplay(chunk: Buffer, frames: number): void {
    if (this.#closed) return;
    this.#add(chunk, frames);
    this.#replayed += chunk.length;
  }

  flush(): void {
    if (this.#chunks.length === 0) return;
    const chunks = this.#chunks;
    this.traffic.wrote(this.#frames, this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
    this.#frames = 0;
    this.socket.write(chunks);
  }

  /**
   * Runs a step of a replay when everything has gone to the network, or the outbox is closed. However many rooms are
   * replayed, one step runs at a time, so that one piece is queued at a time.
   */
  whenDrained(step: () => Promise<void>): Promise<void> {
    const done = this.#lastStep.then(() => this.#drained()).then(step);
    this.#lastStep = done.catch(() => {});
    return done;
  }

  /** Writes what is there, and takes no more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Bytes that wait, without those of replays. */
  get #queued(): number {
    const all = this.bufferedBytes;
    this.#replayed = Math.min(this.#replayed, all);
    return all - this.#replayed;
  }

  async #drained(): Promise<void> {
    if (this.#closed) return;
    // The first piece shares a write with what the turn has gathered before it.
    if (this.socket.bufferedBytes === 0 && this.#replayed === 0) return;
    this.flush();
    this.#replayed = Math.min(this.#replayed, this.socket.bufferedBytes);
    if (this.socket.bufferedBytes === 0) return;
    await new Promise<void>((resolve) => this.socket.whenWritten(resolve));
  }

  #add(chunk: Buffer, frames: number): void {
    if (this.#chunks.push(chunk) === 1) this.turn.outbox(this);
    this.#bytes += chunk.length;
    this.#frames += frames;
  }
}
