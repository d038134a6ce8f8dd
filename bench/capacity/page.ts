import { grid } from '../report/markdown.js';
import { writeNumber } from '../report/text.js';
import { apps, type App } from './apps.js';
import type { UnitCosts } from './costs.js';
import { ASSUMED, reckon, total, type Need, type Shares } from './model.js';

const SIZES = [1_000_000, 10_000_000];
const GIB = 1_024 ** 3;
const KIB = 1_024;

/** The capacity page: what so many connections need, by what was measured of two nodes. */
export function writeCapacityPage(costs: UnitCosts): string {
  return [
    '# Capacity',
    'What one million and ten million connections need, for three kinds of app: nodes, Redis, bandwidth, and what ' +
      'would break first. Nothing of that size was ever run. This is arithmetic: the costs of single things, measured ' +
      `on two nodes and one Redis ([benchmarks](benchmarks.md), "What a cluster is made of", ${costs.date}), times how ` +
      'often they happen. It is written by `npm run bench`, and written anew when they are measured anew.',
    'Read it as an order of magnitude. The costs come from two cores that nodes, Redis and the load generator shared; a ' +
      'core of its own with warm caches does better, thousands of sockets on one core do worse (a delivery cost half as ' +
      'much again with 4,000 sockets as with 250), and what a network adds is not in it. A factor of two either way ' +
      'should surprise nobody. Measure your own app with your own messages before you buy machines.',
    '## What is reckoned with',
    'Measured, as medians:',
    measured(costs),
    'Assumed:',
    assumptions(),
    ...apps.map((app) => section(app, costs)),
    '## What is not in it',
    [
      '- Handlers: what the app itself does, its database, its authentication at each connect.',
      '- TLS, which is taken to end at a proxy or load balancer in front; its own needs are not reckoned here.',
      '- Replicas of Redis: each doubles the memory, and adds some CPU to the primary.',
      '- Compression, which saves bandwidth and costs CPU once for each message and node.',
      '- Slow readers: the kernel and Roost (`limits.queue`) keep more for them than is assumed for a connection that reads.',
      '- Rooms are taken to be spread evenly over shards, and connections over nodes.',
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

function measured(costs: UnitCosts): string {
  const row = (
    what: string,
    name:
      | 'connect'
      | 'resumeElsewhere'
      | 'heartbeat'
      | 'refresh'
      | 'check'
      | 'receive'
      | 'publish'
      | 'hear'
      | 'write'
      | 'copy',
  ) => [what, writeNumber(costs[name].node, 1), writeNumber(costs[name].redis, 1)];
  return [
    grid(
      ['what happens', "nodes' CPU, µs", "Redis's CPU, µs"],
      [
        row('a message is published', 'publish'),
        row('a node hears of it, one that has members in the room', 'hear'),
        row('a write to a socket', 'write'),
        row('a message in it', 'copy'),
        row("a client's message is handled and answered", 'receive'),
        row('a client comes and joins', 'connect'),
        row('a client comes back, to another node', 'resumeElsewhere'),
        row('a heartbeat, every 25 s', 'heartbeat'),
        row("a session's record is kept, every 61 s", 'refresh'),
        row('a node compares a room with its log, every 25 s', 'check'),
      ],
    ),
    grid(
      ['memory', 'bytes'],
      [
        ['a connection and its session, on a node', writeNumber(costs.connection, 0)],
        ['a session, in Redis', writeNumber(costs.session, 0)],
        ['a room, on each node that has members there', writeNumber(costs.roomOnNode, 0)],
        ['a room of two members, in Redis', writeNumber(costs.room, 0)],
        ['a message that is kept, in Redis', writeNumber(costs.message, 0)],
        ['a message of 100 characters, as it goes to a member', writeNumber(costs.delivery, 0)],
      ],
    ),
  ].join('\n\n');
}

function assumptions(): string {
  const { busy, connectionsPerNode, kernel, slack, packet, shard, breaks, sessions } = ASSUMED;
  return grid(
    ['what', 'taken to be'],
    [
      ['A node is one Node process on a core of its own; so is a Redis. Of that core it is to use', `${busy * 100} %`],
      ['connections of one node, at most', writeNumber(connectionsPerNode, 0)],
      ["the kernel's memory for one connection, KiB", writeNumber(kernel / KIB, 0)],
      ['memory taken, to memory in use (garbage, gaps)', writeNumber(slack, 1)],
      ['bytes around a write: IP, TCP, TLS, WebSocket', writeNumber(packet, 0)],
      ['data of one Redis, at most, GiB', writeNumber(shard / GIB, 0)],
      ['connections that break and come back, of each per hour', writeNumber(breaks, 0)],
      ['new sessions in place of old ones, of each per hour', writeNumber(sessions, 0)],
      ['where members of a room are', 'on any node'],
    ],
  );
}

function section(app: App, costs: UnitCosts): string {
  const needs = SIZES.map((connections) => reckon(app, connections, costs));
  const row = (what: string, write: (need: Need) => string) => [what, ...needs.map(write)];
  const number =
    (pick: (need: Need) => number, digits = 0) =>
    (need: Need) =>
      writeNumber(pick(need), digits);
  return [
    `## ${app.title}`,
    app.text,
    grid(
      ['', ...needs.map(({ connections }) => `${writeNumber(connections, 0)} connections`)],
      [
        row(
          'rooms',
          number(({ rooms }) => rooms),
        ),
        row(
          'messages/s',
          number(({ messages }) => messages),
        ),
        row(
          'deliveries/s',
          number(({ deliveries }) => deliveries),
        ),
        row(
          'of them in writes/s',
          number(({ writes }) => writes),
        ),
        row(
          'nodes (one core each)',
          ({ nodes, nodesByConnections }) =>
            writeNumber(nodes, 0) + (nodesByConnections ? ', for the connections' : ', for the work'),
        ),
        row(
          'cores busy',
          number(({ nodeCpu }) => total(nodeCpu), 1),
        ),
        row('most of it', ({ nodeCpu }) => most(nodeCpu)),
        row(
          'memory of a node with its kernel, GiB',
          number(({ nodeMemory }) => nodeMemory / GIB, 1),
        ),
        row(
          'Redis shards (one core each)',
          ({ shards, shardsByMemory }) =>
            writeNumber(shards, 0) + (shardsByMemory ? ', for the memory' : ', for the work'),
        ),
        row(
          'cores busy',
          number(({ redisCpu }) => total(redisCpu), 2),
        ),
        row('most of it', ({ redisCpu }) => most(redisCpu)),
        row(
          'commands/s',
          number(({ commands }) => commands),
        ),
        row(
          'memory of all shards, GiB',
          number(({ redisMemory }) => redisMemory / GIB, 1),
        ),
        row(
          'to clients, Gbit/s',
          number(({ toClients }) => toClients / 1e9, 1),
        ),
        row(
          'from Redis to nodes, Gbit/s',
          number(({ toNodes }) => toNodes / 1e9, 2),
        ),
        row(
          'all come back at once: seconds until they are',
          number(({ storm }) => storm),
        ),
      ],
    ),
    'What would break first, by how far it is from its bound:',
    grid(
      ['', ...needs.map(({ connections }) => `at ${writeNumber(connections, 0)}`)],
      [
        row(
          'the busiest room, of what one Redis can do',
          share(({ roomOnShard }) => roomOnShard),
        ),
        row(
          'what a node hears, of what its core can do',
          share(({ hearing }) => hearing),
        ),
        row('connections to each Redis, of the 10,000 that it takes by default', share(toRedis)),
      ],
    ),
  ].join('\n\n');
}

function toRedis({ nodes }: Need): number {
  return (nodes * ASSUMED.connectionsToRedis) / ASSUMED.redisConnections;
}

function share(pick: (need: Need) => number): (need: Need) => string {
  return (need) => {
    const percent = pick(need) * 100;
    if (percent < 0.1) return 'below 0.1 %';
    return `${writeNumber(percent, percent < 10 ? 1 : 0)} %${percent > 100 ? ' (**too much**)' : ''}`;
  };
}

/** The two largest shares. */
function most(shares: Shares): string {
  const all = total(shares);
  return [...shares]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 2)
    .map(([what, one]) => `${what} ${Math.round((one / all) * 100)} %`)
    .join(', ');
}
