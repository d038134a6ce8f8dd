import { ROOST, SOCKET_IO } from '../measure/peers.js';
import type { CommandCounts } from '../measure/redis.js';
import type { Case } from '../measure/rounds.js';

/** Nodes that share a Redis. */
export const NODES = 2;

export const roost: Case = { title: 'Roost', peer: ROOST, options: {} };
export const redisAdapter: Case = {
  title: 'Socket.IO, Redis adapter',
  peer: SOCKET_IO,
  options: { adapter: 'redis-adapter' },
};
export const streamsAdapter: Case = {
  title: 'Socket.IO, Redis Streams adapter',
  peer: SOCKET_IO,
  options: { adapter: 'redis-streams-adapter' },
};

/** Those that are compared where several nodes act as one. */
export const clusterCases: readonly Case[] = [roost, redisAdapter, streamsAdapter];

/** Ratios below this are what runs by the clock. */
const SELDOM = 0.05;

/**
 * Commands per piece of work, the most frequent first, and in brackets those that scripts call: `evalsha 1 (hset 1)`.
 *
 * @param pieces how much work was done
 */
export function writeCommands(counts: CommandCounts, pieces: number): string {
  const list = (kind: 'sent' | 'scripted'): string =>
    [...counts]
      .map(([name, count]) => ({ name, each: count[kind] / pieces }))
      .filter(({ each }) => each >= SELDOM)
      .sort((one, other) => other.each - one.each || one.name.localeCompare(other.name))
      .map(({ name, each }) => `${name} ${Number(each.toFixed(1))}`)
      .join(', ');
  const scripted = list('scripted');
  return (list('sent') || 'none') + (scripted === '' ? '' : ` (${scripted})`);
}
