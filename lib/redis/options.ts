import type { Cluster, Redis } from 'ioredis';

/**
 * How to reach Redis 7 or newer, or Valkey, and what to do when it is away. Durations in milliseconds.
 *
 * @publicApi
 */
export interface RedisStoreOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. @default 'redis://127.0.0.1:6379' */
  url?: string;
  /**
   * A connection of your own (for Sentinel, Cluster, or options that a URL cannot say), or what makes one. The store makes
   * further connections of its kind, and leaves yours open when it closes.
   */
  client?: Redis | Cluster | (() => Redis | Cluster);
  /** Begins all keys and channels: apps that share a Redis need one each. @default 'roost:' */
  prefix?: string;
  /** Time for a command, waiting for a lost connection included; then UNAVAILABLE. @default 2_000 */
  commandTimeout?: number;
  /** Commands that may wait for an answer; one more is UNAVAILABLE at once. @default 50_000 */
  pendingCommands?: number;
  /**
   * What becomes of ephemeral messages while Redis is away. `refuse`: they are UNAVAILABLE, as everything else.
   * `local`: they reach the members on their own node. @default 'refuse'
   */
  onStoreDown?: 'refuse' | 'local';
  /** Silence after which a node counts as dead. @default 10_000 */
  lease?: number;
  /** A room is compared with its log every so often, at a random moment in between. @default [10_000, 40_000] */
  check?: readonly [number, number];
  /**
   * How often a node publishes to itself, to find out whether what is published arrives; twice not in `commandTimeout`, and
   * it connects anew. @default 10_000
   */
  probe?: number;
  /** Bans of one room; past that the oldest go. @default 10_000 */
  bans?: number;
  /** Milliseconds since 1970; for tests. */
  date?: () => number;
}

const KNOWN: ReadonlySet<string> = new Set<keyof RedisStoreOptions>([
  'url', 'client', 'prefix', 'commandTimeout', 'pendingCommands', 'onStoreDown', 'lease', 'check', 'probe', 'bans', 'date',
]); // prettier-ignore

/** Options with their defaults. */
export interface ResolvedRedisOptions extends Required<Omit<RedisStoreOptions, 'url' | 'client'>> {
  readonly url: string;
  readonly client: RedisStoreOptions['client'] | undefined;
  /** The date, where it is not the machine's. */
  readonly movedDate: (() => number) | undefined;
}

/** @throws {TypeError} that names the option */
export function resolveRedisOptions(options: RedisStoreOptions): ResolvedRedisOptions {
  const resolved: ResolvedRedisOptions = {
    url: options.url ?? 'redis://127.0.0.1:6379',
    client: options.client,
    prefix: options.prefix ?? 'roost:',
    commandTimeout: options.commandTimeout ?? 2_000,
    pendingCommands: options.pendingCommands ?? 50_000,
    onStoreDown: options.onStoreDown ?? 'refuse',
    lease: options.lease ?? 10_000,
    check: options.check ?? [10_000, 40_000],
    probe: options.probe ?? 10_000,
    bans: options.bans ?? 10_000,
    date: options.date ?? (() => Date.now()),
    movedDate: options.date,
  };
  const refuse = (option: string, rule: string): never => {
    throw new TypeError(`redisStore: option \`${option}\` ${rule}`);
  };
  if (options.url !== undefined && options.client !== undefined) refuse('client', 'and `url` exclude each other');
  if (!/^rediss?:\/\//.test(resolved.url)) refuse('url', 'must begin with redis:// or rediss://');
  if (typeof resolved.prefix !== 'string' || /[{}]/.test(resolved.prefix))
    refuse('prefix', 'must be text without braces');
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) refuse(name, `is not known; there are ${[...KNOWN].join(', ')}`);
  }
  for (const option of ['commandTimeout', 'pendingCommands', 'lease', 'probe', 'bans'] as const) {
    if (!(Number.isFinite(resolved[option]) && resolved[option] > 0)) refuse(option, 'must be a number above 0');
  }
  if (!['refuse', 'local'].includes(resolved.onStoreDown)) refuse('onStoreDown', "must be 'refuse' or 'local'");
  const [least, most] = Array.isArray(resolved.check) ? (resolved.check as readonly number[]) : [];
  if (!(least !== undefined && least > 0 && most !== undefined && most >= least))
    refuse('check', 'must be two rising numbers above 0');
  return resolved;
}
