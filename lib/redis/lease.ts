import type { RedisConnection } from './connection.js';

/** This node's candidacy for a task: it tries to hold a lease, and renews it while it does. */
export class Lease {
  #held = false;
  /** By the machine's clock, when the lease is over whatever Redis says. */
  #until = 0;
  #renewal: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #trying: Promise<void> | undefined;
  #closed = false;

  /** @param ms milliseconds without renewal after which another node may have it */
  constructor(
    private readonly redis: RedisConnection,
    private readonly key: string,
    private readonly node: string,
    private readonly ms: number,
    private readonly onChange: (held: boolean) => void,
  ) {}

  /** Whether it is held at this moment: also where this process was asleep, and its timers are late. */
  get holds(): boolean {
    return this.#held && performance.now() < this.#until;
  }

  async start(): Promise<void> {
    await this.renew();
    this.#later();
  }

  /** Tries to get it, or to keep it. Never rejects. */
  renew(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return (this.#trying ??= this.#try().finally(() => (this.#trying = undefined)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#held = false;
    clearTimeout(this.#renewal);
    clearTimeout(this.#end);
    await this.#trying;
    // Where it cannot be given up it is over by itself.
    if (performance.now() < this.#until) await this.#ask('1').catch(() => undefined);
  }

  #later(): void {
    if (this.#closed) return;
    this.#renewal = setTimeout(() => void this.renew().finally(() => this.#later()), this.ms / 4).unref();
  }

  async #try(): Promise<void> {
    const asked = performance.now();
    try {
      const held = (await this.#ask('0')) === 1;
      // It counts from before it was asked for; and clocks do not run alike.
      if (held) this.#until = asked + this.ms * 0.9;
      this.#set(held);
    } catch {
      // Redis is away: what is held is held until its time is over.
    }
  }

  #ask(give: '0' | '1'): Promise<unknown> {
    return this.redis.run('elect', [this.key], () => [this.node, this.ms, give]);
  }

  #set(held: boolean): void {
    clearTimeout(this.#end);
    if (this.#closed) return;
    if (held) this.#end = setTimeout(() => this.#set(false), this.#until - performance.now()).unref();
    if (held === this.#held) return;
    this.#held = held;
    this.onChange(held);
  }
}
