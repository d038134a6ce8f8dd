/**
 * What becomes of values that come faster than they are sent. Sending happens once in a turn of the event loop, or every
 * `sample` milliseconds.
 *
 * - `latest`: only the newest value goes out, or with `key` the newest of each key
 * - `sample`: the same, at most once in so many milliseconds; the first value at once
 * - `buffer`: all go out; more than so many waiting is an error of the stream
 * - `drop`: the first one goes out, those that come until then are dropped
 *
 * Without a word it is `buffer: 1_000`.
 *
 * @publicApi
 */
export type Overflow<T = unknown> =
  | { latest: true; key?: (value: T) => unknown; sample?: never; buffer?: never; drop?: never }
  | { sample: number; key?: (value: T) => unknown; latest?: never; buffer?: never; drop?: never }
  | { buffer: number; key?: never; latest?: never; sample?: never; drop?: never }
  | { drop: true; key?: never; latest?: never; sample?: never; buffer?: never }
  | { latest?: never; sample?: never; buffer?: never; drop?: never; key?: never };

/** @publicApi */
export type BroadcastToOptions<T = unknown> = Overflow<T> & {
  /**
   * Values are messages of the room's log: they take offsets, are kept and are replayed.
   * @default false: ephemeral
   */
  durable?: boolean;
};

/** @publicApi */
export type BroadcastStreamOptions<T = unknown> = BroadcastToOptions<T> & {
  /**
   * Who comes in later gets the newest value at once (of each key, up to 1,000), ephemeral streams only.
   * @default 1 for `latest` and `sample`, else 0
   */
  replay?: 0 | 1;
  /** Milliseconds that the subscription outlives the last member. @default 0 */
  linger?: number;
  /**
   * After an error: subscribe again, with exponential back-off, or end the stream. It is logged either way.
   * @default 'retry'
   */
  onError?: 'retry' | 'end';
  /**
   * In a cluster: subscribe on each node that has members (`node`), each for its own, or on one for all (`cluster`). When
   * that one has no members any more, or has died, another goes on. A node that comes into a room later than a value
   * has the newest for its members from the next one on.
   * @default 'cluster' for durable streams, else 'node'
   */
  scope?: 'node' | 'cluster';
};

/** What is wrong with options of a stream, in words that follow the option's name; nothing where they will do. */
export function streamOptionFault(options: BroadcastStreamOptions): string | undefined {
  const policies = (['latest', 'sample', 'buffer', 'drop'] as const).filter((name) => options[name] !== undefined);
  if (policies.length > 1) return `\`${policies.join('` and `')}\` exclude each other`;
  const { sample, buffer, linger, durable, replay } = options;
  if (sample !== undefined && !(sample > 0)) return '`sample` must be a number above 0';
  if (buffer !== undefined && !(Number.isSafeInteger(buffer) && buffer > 0))
    return '`buffer` must be a whole number above 0';
  if (linger !== undefined && !(linger >= 0)) return '`linger` must be a number from 0';
  if (durable === true && replay === 1) return '`replay` is for ephemeral streams: durable ones are in the history';
  if (options.scope !== undefined && !['node', 'cluster'].includes(options.scope))
    return "`scope` must be 'node' or 'cluster'";
  if (options.onError !== undefined && !['retry', 'end'].includes(options.onError))
    return "`onError` must be 'retry' or 'end'";
  return undefined;
}
