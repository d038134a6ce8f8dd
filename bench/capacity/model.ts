import type { App } from './apps.js';
import type { Cost, UnitCosts } from './costs.js';

/** What is taken for granted and was not measured. */
export const ASSUMED = {
  /** Share of its core that a node, and a Redis, is to use when nothing unusual happens. */
  busy: 0.5,
  /** Connections of one node at most, so that it dies with no more than that. */
  connectionsPerNode: 50_000,
  /** Bytes of the kernel for one connection that reads what it is sent. */
  kernel: 8 * 1_024,
  /** Garbage and gaps: memory in use to memory taken, of a node and of Redis. */
  slack: 1.5,
  /** Bytes around what is written, in a packet: IP, TCP, TLS and the WebSocket's own. */
  packet: 80,
  /** Bytes of data of one Redis at most. */
  shard: 16 * 1_024 ** 3,
  /** How often a connection breaks and comes back, and how often a new session begins instead of an old one, per hour. */
  breaks: 1,
  sessions: 1,
  /** Connections that a Redis takes by default, and those that a node has to each. */
  redisConnections: 10_000,
  connectionsToRedis: 2,
} as const;

/** What runs by the clock, in seconds: defaults of Roost. */
const HEARTBEAT = 25;
const REFRESH = 61;
const CHECK = 25;

/** Seconds of CPU per second, by what it is spent on. */
export type Shares = ReadonlyMap<string, number>;

/** What an app needs. */
export interface Need {
  readonly connections: number;
  readonly rooms: number;
  /** Per second, all together. */
  readonly messages: number;
  readonly deliveries: number;
  readonly writes: number;
  readonly nodes: number;
  /** Whether there are so many since no node is to have too many connections, and not for the work. */
  readonly nodesByConnections: boolean;
  readonly nodeCpu: Shares;
  /** Bytes of one node and its kernel. */
  readonly nodeMemory: number;
  readonly shards: number;
  readonly shardsByMemory: boolean;
  readonly redisCpu: Shares;
  /** Commands per second, as nodes send them. */
  readonly commands: number;
  /** Bytes, of all shards. */
  readonly redisMemory: number;
  /** Share of one core that the busiest room takes of its Redis. */
  readonly roomOnShard: number;
  /** Share of one node's core that hearing takes. */
  readonly hearing: number;
  /** Bits per second to clients, and from Redis to nodes. */
  readonly toClients: number;
  readonly toNodes: number;
  /** Seconds until all are back that come back at once, each to another node. */
  readonly storm: number;
}

/** Reckons what an app needs with so many connections. */
export function reckon(app: App, connections: number, costs: UnitCosts): Need {
  const least = Math.ceil(connections / ASSUMED.connectionsPerNode);
  let nodes = least;
  for (;;) {
    const enough = Math.ceil(total(workOf(app, connections, nodes, costs).node) / ASSUMED.busy);
    if (enough <= nodes) break;
    // What the nodes hear of each other grows with their number.
    nodes = enough;
    if (nodes > connections) throw new Error(`${app.title}: no number of nodes is enough`);
  }
  const work = workOf(app, connections, nodes, costs);
  const { rooms, messages, deliveries, writes, nodesOfRoom } = work;
  const roomMemory = costs.room * (app.presence ? Math.max(1, work.members / 2) : 1);
  const redisMemory = ASSUMED.slack * (connections * costs.session + rooms * (roomMemory + app.kept * costs.message));
  const byCpu = Math.ceil(total(work.redis) / ASSUMED.busy);
  const byMemory = Math.ceil(redisMemory / ASSUMED.shard);
  const nodeMemory = (connections * costs.connection + rooms * nodesOfRoom * costs.roomOnNode) / nodes;
  const shards = Math.max(byCpu, byMemory);
  const free = (1 - ASSUMED.busy) * 1_000_000;
  return {
    connections,
    rooms,
    messages,
    deliveries,
    writes,
    nodes,
    nodesByConnections: nodes === least,
    nodeCpu: work.node,
    nodeMemory: ASSUMED.slack * nodeMemory + (connections / nodes) * ASSUMED.kernel,
    shards,
    shardsByMemory: byMemory > byCpu,
    redisCpu: work.redis,
    commands: work.commands,
    redisMemory,
    roomOnShard: ((app.said + app.published) * (costs.publish.redis + nodesOfRoom * costs.hear.redis)) / 1_000_000,
    hearing: (messages * nodesOfRoom * costs.hear.node) / nodes / 1_000_000,
    toClients: (deliveries * costs.delivery + writes * ASSUMED.packet) * 8,
    toNodes: messages * nodesOfRoom * (costs.delivery + ASSUMED.packet) * 8,
    storm: Math.max(
      (connections * costs.resumeElsewhere.node) / (nodes * free),
      (connections * costs.resumeElsewhere.redis) / (shards * free),
    ),
  };
}

/** Scripts and commands that a node sends for each of these, as the cluster benchmark counted them. */
const COMMANDS = { publish: 1, receive: 2, connect: 7, resume: 8, refresh: 1, check: 1 } as const;

/** The work of a second, of all nodes and of all shards. */
function workOf(app: App, connections: number, nodes: number, costs: UnitCosts) {
  const members = app.members(connections);
  const rooms = (connections * app.roomsEach) / members;
  // Members come to any node.
  const nodesOfRoom = nodes * (1 - (1 - 1 / nodes) ** members);
  const said = rooms * app.said;
  const messages = said + rooms * app.published;
  const deliveries = messages * members;
  // A room that gathers begins with a message and waits for others.
  const perRoom = app.said + app.published;
  const writes = deliveries / (1 + (perRoom * app.window) / 1_000);
  const resumes = (connections * ASSUMED.breaks) / 3_600;
  const opened = (connections * ASSUMED.sessions) / 3_600;
  const checks = (rooms * nodesOfRoom) / CHECK;
  const often: [string, number, Cost][] = [
    ['writes to sockets', writes, costs.write],
    ['messages in them', deliveries, costs.copy],
    ["clients' messages", said, costs.receive],
    ['publishing', messages, costs.publish],
    ['hearing what is published', messages * nodesOfRoom, costs.hear],
    ['clients that come', opened, costs.connect],
    ['clients that come back', resumes, costs.resumeElsewhere],
    ['heartbeats', connections / HEARTBEAT, costs.heartbeat],
    ["keeping sessions' records", connections / REFRESH, costs.refresh],
    ['comparing rooms with their logs', checks, costs.check],
  ];
  const shares = (kind: keyof Cost) =>
    new Map(often.map(([what, count, cost]) => [what, (count * cost[kind]) / 1_000_000]));
  const commands =
    messages * COMMANDS.publish +
    said * COMMANDS.receive +
    opened * COMMANDS.connect +
    resumes * COMMANDS.resume +
    (connections / REFRESH) * COMMANDS.refresh +
    checks * COMMANDS.check;
  return {
    members,
    rooms,
    nodesOfRoom,
    messages,
    deliveries,
    writes,
    commands,
    node: shares('node'),
    redis: shares('redis'),
  };
}

export function total(shares: Shares): number {
  return [...shares.values()].reduce((sum, share) => sum + share, 0);
}
