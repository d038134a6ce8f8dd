/** What a scenario asks of a server besides its defaults. Each server takes what concerns it. */
export interface ServerOptions {
  /** Roost's `fanOut.window`, in milliseconds. */
  readonly window?: number;
  /** Compression of each message, where the server has it. */
  readonly compression?: boolean;
  /** Socket.IO's connection state recovery. */
  readonly recovery?: boolean;
  /** Presence of Roost's rooms. */
  readonly presence?: 'list' | 'count' | 'off';
  /** History of Roost's rooms. */
  readonly history?: false;
  /**
   * Messages come from a stream, of which members get the newest value, at most one in so many milliseconds. Roost has
   * `@BroadcastStream` for it, Socket.IO's server does it by hand. For one room.
   */
  readonly sample?: number;
  /** URL of the Redis that the nodes share, where there are several. */
  readonly redis?: string;
  /** What Socket.IO's nodes speak to each other with. */
  readonly adapter?: AdapterName;
  /** Roost's `heartbeat.interval`, `session.ttl` and the store's `check`, in milliseconds: what runs by the clock, faster. */
  readonly heartbeat?: number;
  readonly ttl?: number;
  readonly check?: readonly [number, number];
}

/** Adapters of Socket.IO that need a Redis: by pub/sub, and by a stream that all nodes read. */
export type AdapterName = 'redis-adapter' | 'redis-streams-adapter';

/** The options that this process was started with. */
export function serverOptions(): ServerOptions {
  return JSON.parse(process.argv[2] ?? '{}') as ServerOptions;
}
