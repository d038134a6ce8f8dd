import { Redis, type Cluster, type RedisOptions } from 'ioredis';
import type { ResolvedRedisOptions } from './options.js';

export type Client = Redis | Cluster;

/** How often a Cluster is asked which shard has which slots, where no error tells before, in milliseconds. */
const TOPOLOGY = 10_000;

type CommonOptions = RedisOptions & { readonly replyMapping: 'legacy' };

/** What Roost's connections have in common, whatever is handed in. */
export function connectionOptions({ commandTimeout }: ResolvedRedisOptions): CommonOptions {
  return {
    lazyConnect: false,
    // What waits for a connection waits here, where it is bounded, and is not sent when nobody wants it any more. And
    // whether a command ran whose connection broke is not known: only what may be repeated is, and that is said here.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Subscriptions are made anew by who wants to know when that is done.
    autoResubscribe: false,
    // A connection that takes commands and answers none is no connection.
    socketTimeout: commandTimeout,
    connectTimeout: Math.max(1_000, commandTimeout),
    disconnectTimeout: 100,
    // After a failover the server may be a replica by now.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 1 : false),
    retryStrategy: (times: number) => Math.min(25 * 2 ** times, 1_000),
    // What names keys and reads answers is this library.
    keyPrefix: '',
    stringNumbers: false,
    replyMapping: 'legacy',
    enableAutoPipelining: false,
  };
}

/** A new client, as the options say; one that was handed in is only copied. */
export function connect(options: ResolvedRedisOptions): Client {
  const { client, url } = options;
  const common = connectionOptions(options);
  if (client === undefined) return new Redis(url, common);
  const given = typeof client === 'function' ? client() : client;
  const copy = isCluster(given) ? copyOfCluster(given, common) : given.duplicate(common);
  if (typeof client === 'function') given.disconnect();
  return copy;
}

/** Not by its class: an app may have loaded ioredis twice. */
export function isCluster(client: Client): client is Cluster {
  return client.isCluster;
}

function copyOfCluster(given: Cluster, common: CommonOptions): Cluster {
  const { retryStrategy: _none, ...node } = common;
  return given.duplicate([], {
    lazyConnect: false,
    enableOfflineQueue: false,
    // It would repeat what may have run.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    scaleReads: 'master',
    keyPrefix: '',
    enableAutoPipelining: false,
    slotsRefreshInterval: given.options.slotsRefreshInterval ?? TOPOLOGY,
    redisOptions: { ...given.options.redisOptions, ...node },
  });
}

/** What says that a command did not run, or that nobody knows whether it did: it may go better in a moment. */
const PASSING = [
  'Connection is closed', 'Command aborted', 'max retries per request', "isn't writeable", "isn't ready", 'Socket timeout',
  'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'None of startup nodes', 'slots cache',
  'Too many Cluster redirections', 'Cluster is ended', 'LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY ',
  'UNBLOCKED',
]; // prettier-ignore

/** Whether an error may be gone in a moment. */
export function isPassing(error: unknown): boolean {
  const text = String(error);
  return PASSING.some((part) => text.includes(part));
}
