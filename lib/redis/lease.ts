import type { RedisConnection } from './connection.js';

/** This node's candidacy for a task: it tries to hold a lease, and renews it while it does. */
export class Lease {
  #held = false;
  /** By the machine's clock, when the lease is over whatever Redis says. */
  #until = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param ms milliseconds without renewal after which another node may have it */
  constructor(
    private readonly redis: RedisConnection,
    private readonly key: string,
    private readonly node: string,
    private readonly ms: number,
    private readonly onChange: (held: boolean) => void,
  ) {}

  async start(): Promise<void> {
    await this.#try();
    this.#later();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#held) await this.redis.run('elect', [this.key], () => [this.node, this.ms, '1']).catch(() => {});
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#try().finally(() => this.#closed || this.#later()), this.ms / 4).unref();
  }

  async #try(): Promise<void> {
    const asked = performance.now();
    try {
      const held = (await this.redis.run('elect', [this.key], () => [this.node, this.ms, '0'])) === 1;
      if (held) this.#until = asked + this.ms;
      this.#set(held);
    } catch {
      // Redis is away: what is held is held until its time is over.
      if (performance.now() > this.#until - this.ms / 4) this.#set(false);
    }
  }

  #set(held: boolean): void {
    if (this.#closed || held === this.#held) return;
    this.#held = held;
    this.onChange(held);
  }
}
