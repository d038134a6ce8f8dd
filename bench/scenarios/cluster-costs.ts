import { setTimeout as pause } from 'node:timers/promises';
import { Arena, type Spent, type Window } from '../measure/arena.js';
import type { RedisServer } from '../measure/redis.js';
import { inRounds, sized, type Outcomes, type PickFigure, type Settings } from '../measure/rounds.js';
import type { Figure, Findings, Table } from '../report/findings.js';
import type { ServerOptions } from '../servers/options.js';
import type { Spread } from '../statistics.js';
import { NODES, roost } from './cluster-cases.js';
import type { Scenario } from './scenario.js';

const LENGTH = 100;
/** Clients that come before anything is looked at, so that what is made once does not count. */
const FIRST = 200;
/** Members of one room whose deliveries are counted. */
const AUDIENCE = 200;
/** Clients that are alone on their nodes in each of their rooms, and rooms of each. */
const FEW = 20;
const ROOMS_EACH = 100;
/** Messages/s where single messages are looked at. */
const RATE = 1_000;
/** Milliseconds that rooms gather where the sharing of writes is looked at, and messages/s. */
const WINDOW = 50;
const SHARED_RATE = 200;
/** What runs by the clock, sped up so that it is seen in seconds. */
const HEARTBEAT = 2_000;
const TTL = 4_000;
const CHECK = [1_000, 3_000] as const;

/** What things cost: microseconds of all nodes and of Redis. */
interface Costs {
  readonly connect: Spent;
  readonly resume: Spent;
  readonly resumeElsewhere: Spent;
  readonly heartbeat: Spent;
  readonly refresh: Spent;
  readonly check: Spent;
  readonly receive: Spent;
  readonly publish: Spent;
  readonly hear: Spent;
  readonly write: Spent;
  readonly copy: Spent;
}

/** Bytes. */
interface Sizes {
  readonly connection: number;
  readonly session: number;
  readonly roomOnNode: number;
  readonly room: number;
  readonly message: number;
  readonly delivery: number;
}

interface Seen {
  readonly costs: Costs;
  readonly sizes: Sizes;
}

const WHAT: Readonly<Record<keyof Costs, string>> = {
  connect: 'a client comes and joins a room',
  resume: 'a client comes back to its node',
  resumeElsewhere: 'a client comes back to another node',
  heartbeat: 'a heartbeat of an idle connection',
  refresh: "an idle session's record is kept (every 61 s)",
  check: 'a silent room is compared with its log, by one node (every 10–40 s)',
  receive: "a client's message with an id: checked, handled, answered, recorded",
  publish: 'a message is published in a room',
  hear: 'and heard by one node that has members there',
  write: 'a write to a socket',
  copy: 'one more message in a write',
};

/** What the single parts of a cluster's work cost, for those who plan one. */
export const clusterCosts: Scenario = {
  name: 'cluster-costs',
  title: 'What a cluster is made of',

  async run(settings: Settings): Promise<Findings> {
    const outcomes = await inRounds(settings, [roost], () => measure(settings));
    return {
      text: [
        `Roost with ${NODES} nodes and one Redis, where nothing else is said. What happens seldom is made to happen ` +
          `often, and what cannot be seen alone is the difference of two measurements: hearing is what two more nodes ` +
          `add, and a write is what is left of a delivery when messages share writes. Differences of small figures are ` +
          `uncertain. The [capacity page](capacity.md) reckons with these.`,
      ],
      tables: [costsTable(outcomes), sizesTable(outcomes)],
      targets: [],
      plots: [],
      figures: figures(outcomes),
      notes: outcomes.notes,
    };
  },
};

async function measure(settings: Settings): Promise<Seen> {
  const clients = sized(settings, 2_000, 200);
  const coming = await arena({ presence: 'off' }, (...given) => measureComing(...given, clients));
  const heartbeat = await arena({ presence: 'off', heartbeat: HEARTBEAT }, (...given) => byClock(...given, settings));
  const refresh = await arena({ presence: 'off', ttl: TTL }, (...given) => byClock(...given, settings));
  const rooms = await arena({ check: CHECK }, (...given) => measureRooms(...given, settings));
  const two = await messages(NODES, settings);
  const four = await messages(NODES * 2, settings);
  const receive = await arena({}, (...given) => measureReceiving(...given, settings));
  const { write, copy, bytes } = await measureWrites(settings);
  const beats = (sized(settings, clients, FIRST) * 1_000) / HEARTBEAT;
  const more = (kind: keyof Spent) => (four[kind] - two[kind]) / NODES;
  // What a node adds has a delivery in it.
  const hear = { nodes: more('nodes') - write - copy, redis: more('redis') };
  return {
    costs: {
      connect: coming.connect,
      resume: coming.resume,
      resumeElsewhere: coming.resumeElsewhere,
      heartbeat: each(heartbeat, beats),
      refresh: each(refresh, (sized(settings, clients, FIRST) * 1_000) / (TTL / 2 + 1_000)),
      check: each(rooms.idle, (rooms.count * NODES * 1_000) / ((CHECK[0] + CHECK[1]) / 2)),
      receive,
      publish: {
        nodes: two.nodes - NODES * (hear.nodes + write + copy),
        redis: two.redis - NODES * hear.redis,
      },
      hear,
      write: { nodes: write, redis: 0 },
      copy: { nodes: copy, redis: 0 },
    },
    sizes: {
      connection: coming.connection,
      session: coming.session,
      roomOnNode: rooms.roomOnNode,
      room: rooms.room,
      message: rooms.message,
      delivery: bytes,
    },
  };
}

type Work<T> = (arena: Arena, redis: RedisServer) => Promise<T>;

function arena<T>(options: ServerOptions, work: Work<T>): Promise<T> {
  return Arena.cluster({ peer: roost.peer, options }, NODES, work);
}

/** Clients come, are cut off, come back to their nodes, and then to others. */
async function measureComing(arena: Arena, redis: RedisServer, clients: number) {
  const crowd = { rooms: 1, roomsEach: 1, resumable: true };
  await arena.enter({ ...crowd, clients: FIRST });
  const before = { node: await arena.memory(), redis: await redis.sample() };
  const connect = await arena.spent(() => arena.enter({ ...crowd, clients }));
  const after = { node: await arena.memory(), redis: await redis.sample() };
  const all = clients + FIRST;
  const back = async (elsewhere: boolean): Promise<Spent> => {
    await arena.cut();
    await pause(1_000);
    return arena.spent(async () => {
      const { recovered } = await arena.comeBack({ events: 0, again: true, elsewhere });
      if (recovered !== all) throw new Error(`${all - recovered} of ${all} sessions did not come back`);
    });
  };
  return {
    connect: each(connect, clients),
    resume: each(await back(false), all),
    resumeElsewhere: each(await back(true), all),
    connection: (inUse(after.node) - inUse(before.node)) / (clients / NODES),
    session: (after.redis.memory - before.redis.memory) / clients,
  };
}

/** What goes on by itself, per second. */
async function byClock(arena: Arena, _redis: RedisServer, settings: Settings): Promise<Spent> {
  await arena.enter({ clients: sized(settings, 2_000, FIRST), rooms: 1, roomsEach: 1 });
  await pause(2_000);
  return perSecond(await arena.window({ warmUp: 0, measure: sized(settings, 6_000, 1_000) }));
}

/** Rooms with one member on each node, at first without a message, then with some. */
async function measureRooms(arena: Arena, redis: RedisServer, settings: Settings) {
  const count = (FEW * ROOMS_EACH) / NODES;
  await arena.enter({ clients: FEW, rooms: FEW / NODES, roomsEach: 1 });
  const before = { node: await arena.memory(), redis: await redis.sample() };
  await arena.enter({ clients: FEW, rooms: count, roomsEach: ROOMS_EACH, firstRoom: FEW });
  const after = { node: await arena.memory(), redis: await redis.sample() };
  await pause(CHECK[1]);
  const idle = perSecond(await arena.window({ warmUp: 0, measure: sized(settings, 3_000, 1_000) }));
  const { memory } = await redis.sample();
  await arena.publish({ rate: RATE, rooms: count, firstRoom: FEW, length: LENGTH });
  const window = await arena.window({ warmUp: 0, measure: 5_000 });
  await arena.quiet();
  const kept = window.published * 5;
  return {
    count,
    idle,
    roomOnNode: (inUse(after.node) - inUse(before.node)) / count,
    room: (after.redis.memory - before.redis.memory) / count,
    message: ((await redis.sample()).memory - memory) / kept,
  };
}

/** What a message takes, all in all, with one member on each of so many nodes. */
function messages(nodes: number, settings: Settings): Promise<Spent> {
  return Arena.cluster(roost, nodes, async (arena) => {
    const offer = { rate: RATE, rooms: ROOMS_EACH, length: LENGTH };
    await arena.enter({ clients: nodes * ROOMS_EACH, rooms: ROOMS_EACH, roomsEach: 1 }, offer);
    const window = await arena.offer(offer, { warmUp: 500, measure: sized(settings, 3_000, 500) });
    return { nodes: window.cpuPerMessage, redis: (window.redisCpu / window.published) * 1_000_000 };
  });
}

/** A message that is answered, and told to nobody. */
async function measureReceiving(arena: Arena, _redis: RedisServer, settings: Settings): Promise<Spent> {
  await arena.enter({ clients: FEW, rooms: FEW / NODES, roomsEach: 1 });
  await arena.converse({ event: 'note', unanswered: 2, text: 'a'.repeat(LENGTH) });
  const window = await arena.window(sized(settings, { warmUp: 1_500, measure: 2_000 }, { warmUp: 200, measure: 500 }));
  await arena.fallSilent();
  return { nodes: window.cpuPerAnswer, redis: (window.redisCpu / window.answers) * 1_000_000 };
}

/** What a delivery takes alone, and where several share a write. */
async function measureWrites(settings: Settings): Promise<{ write: number; copy: number; bytes: number }> {
  const deliveries = (options: ServerOptions): Promise<Window> =>
    arena({ presence: 'off', ...options }, async (one) => {
      const offer = { rate: SHARED_RATE, rooms: 1, length: LENGTH };
      await one.enter({ clients: AUDIENCE, rooms: 1, roomsEach: 1 }, offer);
      return one.offer(offer, { warmUp: 500, measure: sized(settings, 2_000, 500) });
    });
  const alone = await deliveries({});
  const shared = await deliveries({ window: WINDOW });
  // Rooms gather from their first message on.
  const sharing = 1 + (SHARED_RATE * WINDOW) / 1_000;
  const copy = Math.max(0, (shared.cpuPerDelivery * sharing - alone.cpuPerDelivery) / (sharing - 1));
  return { write: alone.cpuPerDelivery - copy, copy, bytes: alone.bytes };
}

function perSecond({ serverCpu, redisCpu }: Window): Spent {
  return { nodes: serverCpu * 1_000_000, redis: redisCpu * 1_000_000 };
}

function each({ nodes, redis }: Spent, count: number): Spent {
  return { nodes: nodes / count, redis: redis / count };
}

function inUse({ heap, external }: { readonly heap: number; readonly external: number }): number {
  return heap + external;
}

// ---- what is told --------------------------------------------------------------------------------------------------

const costNames = Object.keys(WHAT) as (keyof Costs)[];

function costsTable(outcomes: Outcomes<Seen>): Table {
  return {
    columns: ['what happens', "nodes' CPU, µs", "Redis's CPU, µs"],
    rows: costNames.map((name) => [
      WHAT[name],
      figure(outcomes, ({ costs }) => costs[name].nodes, 1),
      figure(outcomes, ({ costs }) => costs[name].redis, 1),
    ]),
  };
}

function sizesTable(outcomes: Outcomes<Seen>): Table {
  const row = (what: string, name: keyof Sizes) => [what, figure(outcomes, ({ sizes }) => sizes[name], 0)];
  return {
    columns: ['memory', 'bytes'],
    rows: [
      row("a connection with its session, on its node (without the kernel's buffers)", 'connection'),
      row('its session, in Redis', 'session'),
      row('a room with one member on a node, on that node', 'roomOnNode'),
      row('a room with two members and no message, in Redis', 'room'),
      row(`a message of ${LENGTH} characters that is kept, in Redis`, 'message'),
      row('its payload as a member gets it', 'delivery'),
    ],
  };
}

function figure(outcomes: Outcomes<Seen>, pick: PickFigure<Seen>, digits: number): Figure | undefined {
  const spread = outcomes.spread(roost, pick);
  return spread && { spread, digits };
}

/** By the names that the model knows them by: `connect.nodes`, `session`. */
function figures(outcomes: Outcomes<Seen>): Record<string, Spread> {
  const found: [string, Spread | undefined][] = [];
  for (const name of costNames) {
    for (const kind of ['nodes', 'redis'] as const) {
      found.push([`${name}.${kind}`, outcomes.spread(roost, ({ costs }) => costs[name][kind])]);
    }
  }
  for (const name of ['connection', 'session', 'roomOnNode', 'room', 'message', 'delivery'] as const) {
    found.push([name, outcomes.spread(roost, ({ sizes }) => sizes[name])]);
  }
  return Object.fromEntries(found.filter((pair): pair is [string, Spread] => pair[1] !== undefined));
}
