import { randomBytes } from 'node:crypto';

/** Probes in a row that did not arrive, after which a connection counts as dead. */
const FAILURES = 2;

export interface ProbeHost {
  /** Publishes as everything is published that is to be heard. */
  publish(channel: string, message: string): Promise<void>;
  /** What is published does not arrive, though the connection lives. */
  onDead(): void;
}

/**
 * Finds out whether what is published arrives, by publishing: after a failover a connection may live and bring nothing,
 * and where all is quiet nothing else would tell.
 */
export class Probe {
  #expected: string | undefined;
  #failures = 0;
  #late: NodeJS.Timeout | undefined;

  constructor(
    readonly channel: string,
    /** Milliseconds that a message may take. */
    private readonly patience: number,
    private readonly host: ProbeHost,
  ) {}

  /** Whether the last message arrived, as far as is known. */
  get healthy(): boolean {
    return this.#failures === 0;
  }

  /** Publishes, and expects to hear of it. */
  async send(): Promise<void> {
    if (this.#expected !== undefined) return;
    const message = randomBytes(9).toString('base64url');
    this.#expected = message;
    try {
      await this.host.publish(this.channel, message);
    } catch {
      // Nothing was published, so that nothing is missing.
      if (this.#expected === message) this.#expected = undefined;
      return;
    }
    if (this.#expected !== message) return;
    this.#late = setTimeout(() => {
      this.#expected = undefined;
      if (++this.#failures < FAILURES) void this.send();
      else this.host.onDead();
    }, this.patience).unref();
  }

  heard(message: string): void {
    if (message === this.#expected) this.reset();
  }

  /** Expects nothing: it has arrived, or the connection is another. */
  reset(): void {
    clearTimeout(this.#late);
    this.#expected = undefined;
    this.#failures = 0;
  }
}
