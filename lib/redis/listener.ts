import type { Redis } from 'ioredis';

/** Channels that one command asks for, where they need not be of one slot. */
const CHUNK = 1_000;
/** Milliseconds until channels are asked for again that could not be had. */
const AGAIN = 100;

export interface ListenerHost {
  /** Whether channels belong to shards; then a command may ask for those of one slot only. */
  readonly sharded: boolean;
  onMessage(channel: string, message: string): void;
  /** These are heard from now on, for the first time or again: what was said before may have been missed. */
  onHeard(channels: readonly string[]): void;
  /** Connected, or no longer. */
  onChange(): void;
  /** Channels are another shard's by now. */
  onMoved(): void;
}

/**
 * One connection that hears channels, and hears them again after it broke. Channels that are asked for in one turn are
 * asked for together.
 */
export class Listener {
  readonly #wanted = new Set<string>();
  /** To be asked for. */
  readonly #due = new Set<string>();
  /** Asked for on this connection. */
  readonly #asked = new Set<string>();
  /** Asked for, and no longer wanted. */
  readonly #dropped = new Set<string>();
  #soon = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly client: Redis,
    private readonly host: ListenerHost,
  ) {
    client.on('ready', () => {
      this.askAgain();
      host.onChange();
    });
    client.on('close', () => host.onChange());
    // That it is away shows in what is not heard.
    client.on('error', () => {});
    client.on('moved', () => host.onMoved());
    client.on(host.sharded ? 'smessage' : 'message', (channel: string, message: string) => {
      host.onMessage(channel, message);
    });
  }

  get connected(): boolean {
    return this.client.status === 'ready';
  }

  get channels(): ReadonlySet<string> {
    return this.#wanted;
  }

  add(channel: string): void {
    this.#wanted.add(channel);
    this.#dropped.delete(channel);
    // One that is heard already is asked for again, since somebody waits to be told.
    this.#due.add(channel);
    this.#later();
  }

  remove(channel: string): void {
    this.#wanted.delete(channel);
    this.#due.delete(channel);
    if (this.#asked.has(channel)) this.#dropped.add(channel);
    this.#later();
  }

  /** Asks for all channels, whatever was asked for before. */
  askAgain(): void {
    this.#asked.clear();
    this.#dropped.clear();
    for (const channel of this.#wanted) this.#due.add(channel);
    this.#flush();
  }

  /** The connection is there and brings nothing: makes another. */
  reconnect(): void {
    if (this.connected) this.client.stream.destroy();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.client.disconnect();
  }

  #later(): void {
    if (this.#soon) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.connected || this.#closed) return;
    const { stream } = this.client;
    stream.cork();
    for (const channels of this.#taken(this.#dropped)) this.#ignore(channels);
    for (const channels of this.#taken(this.#due)) this.#hear(channels);
    stream.uncork();
  }

  #hear(channels: readonly string[]): void {
    for (const channel of channels) this.#asked.add(channel);
    const asked = this.host.sharded ? this.client.ssubscribe(...channels) : this.client.subscribe(...channels);
    asked.then(
      () => this.host.onHeard(channels.filter((channel) => this.#asked.has(channel))),
      (error: unknown) => {
        // Where the connection broke, all are asked for when there is another.
        if (!this.connected) return;
        for (const channel of channels) {
          this.#asked.delete(channel);
          if (this.#wanted.has(channel)) this.#due.add(channel);
        }
        if (String(error).includes('MOVED')) this.host.onMoved();
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#flush(), AGAIN).unref();
      },
    );
  }

  #ignore(channels: readonly string[]): void {
    for (const channel of channels) this.#asked.delete(channel);
    const told = this.host.sharded ? this.client.sunsubscribe(...channels) : this.client.unsubscribe(...channels);
    // A connection that breaks hears them no longer either.
    told.catch(() => {});
  }

  /** Empties a set, in as many pieces as there have to be commands. */
  *#taken(channels: Set<string>): Generator<readonly string[]> {
    const all = [...channels];
    channels.clear();
    const size = this.host.sharded ? 1 : CHUNK;
    for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
  }
}
