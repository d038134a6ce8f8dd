import { Arena, type Window } from '../measure/arena.js';
import { climb, WARM, type Ramp } from '../measure/ramp.js';
import type { CommandCounts } from '../measure/redis.js';
import { inRounds, sized, times, type Case, type Outcomes, type PickFigure, type Settings } from '../measure/rounds.js';
import type { Findings, Table } from '../report/findings.js';
import { barsOf, tableOf } from '../report/table.js';
import { clusterCases as cases, NODES, redisAdapter, roost, streamsAdapter, writeCommands } from './cluster-cases.js';
import type { Scenario } from './scenario.js';

/** Characters of a message. */
const LENGTH = 100;
/** Share of the Redis adapter's saturation at which latencies are taken. */
const LOAD = 0.5;
/** Messages, and clients that come in, while Redis tells what it is asked. */
const COUNTED = 100;

/** What is seen at a load that all can bear. */
interface Calm {
  readonly window: Window;
  readonly perMessage: CommandCounts;
  readonly perClient: CommandCounts;
  readonly perRoom: CommandCounts;
  readonly version: string;
}

/** Two nodes that act as one: members on both, messages published on both. */
export const cluster: Scenario = {
  name: 'cluster',
  title: 'Two nodes and a Redis',

  async run(settings: Settings): Promise<Findings> {
    const members = sized(settings, 200, 40);
    const rates = sized(settings, [250, 500, 1_000, 4_000, 8_000, 16_000, 32_000], [500, 4_000]);
    const crowd = { clients: members, rooms: 1, roomsEach: 1 };
    const ramp = { crowd, rates, members, length: LENGTH, times: times(settings) };
    const outcomes = await inRounds(settings, cases, (one) => Arena.cluster(one, NODES, (arena) => climb(arena, ramp)));
    const saturation = outcomes.spread(redisAdapter, ({ best }) => best.deliveries)?.median ?? WARM;
    const offer = { rate: (saturation * LOAD) / members, rooms: 1, length: LENGTH };
    const calm = await inRounds(settings, cases, (one) => measureCalm(one, members, offer, settings));
    const deliveries: PickFigure<Ramp> = ({ best }) => best.deliveries;
    const p99: PickFigure<Calm> = ({ window }) => window.latencies?.p99;
    const [seen] = calm.of(roost);
    return {
      text: [
        `${NODES} nodes, each a process of its own, and one Redis${seen ? ` ${seen.version}` : ''}. ${members} members ` +
          `of one room, half of them on each node; messages of ${LENGTH} characters are published on both nodes alike, ` +
          `at a rate that rises from ${rates[0]} to ${rates.at(-1)} per second in all, or until fewer than nine in ten ` +
          `deliveries arrive. Roost has its default options: it keeps what is said, and a message is published when ` +
          `Redis has it. What Redis has not answered for a quarter of a second counts as behind. Socket.IO's emit tells ` +
          `nobody when, or whether, a message is on its way.`,
        `Both nodes, Redis and the load generator share two cores here: saturation is what two cores can do with all of ` +
          `this, not what two nodes could on machines of their own. It compares the work that a delivery takes, all in all.`,
        `Latency is from when a message was due on one node to when a member on the other read it, with ` +
          `${Math.round(saturation * LOAD)} deliveries/s: half of what the Redis adapter can do.`,
      ],
      tables: [saturationTable(outcomes), calmTable(calm), commandsTable(calm)],
      targets: [
        ...[redisAdapter, streamsAdapter].map((peer) => ({
          what: `deliveries/s at saturation, to those of ${peer.title}`,
          least: 4,
          measured: outcomes.ratio(roost, peer, deliveries),
        })),
        {
          what: `p99 latency across nodes at ${LOAD} of the Redis adapter's saturation, to the Redis adapter's`,
          most: 1,
          measured: calm.ratio(roost, redisAdapter, p99),
        },
      ],
      plots: [
        barsOf(outcomes, cases, deliveries, {
          file: 'bench-cluster.svg',
          title: `Two nodes, one Redis, ${members} members: at saturation`,
          unit: 'deliveries/s',
        }),
      ],
      notes: [...outcomes.notes, ...calm.notes],
    };
  },
};

function measureCalm(
  one: Case,
  members: number,
  offer: { readonly rate: number; readonly rooms: number; readonly length: number },
  settings: Settings,
): Promise<Calm> {
  return Arena.cluster(one, NODES, async (arena, redis) => {
    const crowd = { clients: members, rooms: 1, roomsEach: 1 };
    await arena.enter(crowd, { ...offer, rate: WARM / members });
    const window = await arena.offer(offer, { warmUp: 500, measure: sized(settings, 3_000, 500) });
    const perMessage = await redis.commandsOf(async () => {
      await arena.burst(COUNTED, LENGTH);
      await arena.quiet();
    });
    const perClient = await redis.commandsOf(() => arena.enter({ ...crowd, clients: COUNTED }));
    const perRoom = await redis.commandsOf(() =>
      arena.enter({ clients: COUNTED, rooms: COUNTED / NODES, roomsEach: 1, firstRoom: 1 }),
    );
    return { window, perMessage, perClient, perRoom, version: await redis.version() };
  });
}

function saturationTable(outcomes: Outcomes<Ramp>): Table {
  return tableOf(outcomes, cases, [
    {
      head: 'most deliveries/s',
      pick: ({ best }) => best.deliveries,
      digits: 0,
      load: ({ best }) => best.loadCpu,
    },
    { head: 'of messages/s', pick: ({ best }) => best.published, digits: 0 },
    { head: "both nodes' CPU per delivery, µs", pick: ({ best }) => best.cpuPerDelivery },
    { head: "both nodes' CPU, cores", pick: ({ best }) => best.serverCpu },
    { head: "Redis's, cores", pick: ({ best }) => best.redisCpu },
    { head: "load generator's, cores", pick: ({ best }) => best.loadCpu },
  ]);
}

function calmTable(outcomes: Outcomes<Calm>): Table {
  return tableOf(outcomes, cases, [
    { head: 'p50 across nodes, ms', pick: ({ window }) => window.latencies?.p50, digits: 1 },
    { head: 'p99, ms', pick: ({ window }) => window.latencies?.p99, digits: 1 },
    { head: 'deliveries/s', pick: ({ window }) => window.deliveries, digits: 0 },
    { head: "both nodes' CPU, cores", pick: ({ window }) => window.serverCpu },
    { head: "Redis's CPU per message, µs", pick: redisPerMessage, digits: 1 },
  ]);
}

function redisPerMessage({ window }: Calm): number {
  return (window.redisCpu / window.published) * 1_000_000;
}

/** They are the same in each round, but for what runs by the clock. */
function commandsTable(outcomes: Outcomes<Calm>): Table {
  return {
    columns: [
      'Redis commands, in brackets those that scripts call',
      'per message',
      'per client that comes and joins',
      'where it is the first of its room on its node',
    ],
    rows: cases.map((one) => {
      const [first] = outcomes.of(one);
      const counts = first && [first.perMessage, first.perClient, first.perRoom];
      return [one.title].concat(counts?.map((count) => writeCommands(count, COUNTED)) ?? []);
    }),
  };
}
