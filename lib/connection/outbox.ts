import type { Socket } from './socket.js';
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
  #closed = false;

  /**
   * @param limit bytes that may be queued; an empty queue takes a frame of any size
   * @param onOverflow called when a frame did not fit, once
   */
  constructor(
    private readonly socket: Socket,
    private readonly turn: Turn,
    private readonly limit: number,
    private readonly onOverflow: () => void,
  ) {}

  /** Bytes that the network has not taken. */
  get bufferedBytes(): number {
    return this.socket.bufferedBytes + this.#bytes;
  }

  /** Whether the queue is so long that what can be missed should be. */
  get congested(): boolean {
    return this.bufferedBytes > this.limit / 2;
  }

  /** Adds whole frames, given as one buffer that others may share. */
  push(chunk: Buffer): void {
    if (this.#closed) return;
    // What this turn gathered is not yet a queue: only what the network then leaves behind is.
    if (this.#bytes + chunk.length > WRITE_AT) this.flush();
    const queued = this.bufferedBytes;
    if (queued > 0 && queued + chunk.length > this.limit) {
      this.close();
      this.onOverflow();
      return;
    }
    this.#add(chunk);
  }

  /** Adds a piece of a replay, which waits for {@link drained} and so is never too much. */
  pushReplay(chunk: Buffer): void {
    if (!this.#closed) this.#add(chunk);
  }

  flush(): void {
    if (this.#chunks.length === 0) return;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    this.socket.write(chunks);
  }

  /** Settles when everything has gone to the network, or the outbox is closed. */
  async drained(): Promise<void> {
    if (this.#closed) return;
    this.flush();
    if (this.socket.bufferedBytes === 0) return;
    await new Promise<void>((resolve) => this.socket.whenWritten(resolve));
  }

  /** Writes what is there, and takes no more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #add(chunk: Buffer): void {
    if (this.#chunks.push(chunk) === 1) this.turn.outbox(this);
    this.#bytes += chunk.length;
  }
}
