import { Arena, type Window } from '../measure/arena.js';
import { ROOST, SOCKET_IO } from '../measure/peers.js';
import { inRounds, sized, type Case, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Scenario } from './scenario.js';

const MIB = 1024 * 1024;
/** Values/s of the source. */
const RATE = 1_000;
/** Milliseconds between two values that a member gets. */
const SAMPLE = 50;
const LENGTH = 100;
/** Bytes that Roost queues for one socket. */
const BOUND = MIB;

/** Where some stop reading: fewer members and longer values, which fill the kernel's buffers of a socket in seconds. */
const PAUSED = { members: 50, length: 50_000 };

interface Seen {
  readonly feed: Window;
  /** Nothing where it is not measured with readers that stop. */
  readonly paused?: { readonly before: Window; readonly after: Window; readonly growth: number };
}

const roost: Case = {
  title: `Roost, @BroadcastStream, sample: ${SAMPLE}`,
  peer: ROOST,
  options: { sample: SAMPLE },
};
const byHand: Case = {
  title: `${SOCKET_IO.title}, sampleTime(${SAMPLE}) and emit`,
  peer: SOCKET_IO,
  options: { sample: SAMPLE },
};
const naive: Case = { title: `${SOCKET_IO.title}, every value emitted`, peer: SOCKET_IO, options: {} };
const cases = [roost, byHand, naive];

/** A source that is faster than anybody can look, and members that get its newest value now and then. */
export const streams: Scenario = {
  name: 'streams',
  title: 'A stream from a fast source',

  async run(settings: Settings): Promise<Findings> {
    const members = sized(settings, 1_000, 100);
    const outcomes = await inRounds(settings, cases, async (one): Promise<Seen> => {
      const feed = await measureFeed(one, members, settings);
      return one === naive ? { feed } : { feed, paused: await measurePaused(one, settings) };
    });
    const cpu = ({ feed }: Seen) => feed.serverCpu;
    const load = ({ feed }: Seen) => feed.loadCpu;
    return {
      text: [
        `A source of ${RATE} values/s, of ${LENGTH} characters, and ${members} members in one room, who get the newest ` +
          `value every ${SAMPLE} ms: with \`@BroadcastStream(event, { sample: ${SAMPLE} })\`, and by hand with RxJS's ` +
          `\`sampleTime(${SAMPLE})\` before \`server.to(room).emit()\`. The last row emits every value, as is soon written. ` +
          `CPU is that of the server, in seconds for each second. Latency is from when ` +
          `a value was due.`,
        `The second table has ${PAUSED.members} members and values of ${PAUSED.length} characters; one in ten members ` +
          `stops reading. The latency is the others'. The memory is that of objects and buffers when the garbage is ` +
          `collected, divided by the readers that stopped.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          { head: "server's CPU, s/s", pick: cpu },
          { head: 'deliveries/s', pick: ({ feed }) => feed.deliveries, digits: 0, load },
          { head: 'values/s of a member', pick: ({ feed }) => feed.deliveries / members, digits: 1 },
          { head: 'CPU per delivery, µs', pick: ({ feed }) => feed.cpuPerDelivery },
          { head: 'p50, ms', pick: ({ feed }) => feed.latencies?.p50, digits: 1 },
          { head: 'p99, ms', pick: ({ feed }) => feed.latencies?.p99, digits: 1 },
          { head: "load generator's CPU, cores", pick: load },
        ]),
        tableOf(
          outcomes,
          cases.filter((one) => one !== naive),
          [
            { head: 'p99 before, ms', pick: ({ paused }) => paused?.before.latencies?.p99 },
            { head: 'p99 with paused members, ms', pick: ({ paused }) => paused?.after.latencies?.p99 },
            { head: 'memory per paused member, MiB', pick: ({ paused }) => paused && paused.growth / MIB, digits: 1 },
            { head: 'connections closed', pick: ({ paused }) => paused?.after.closed, digits: 0 },
          ],
        ),
      ],
      targets: [
        {
          what: `server's CPU, to Socket.IO's with sampleTime by hand`,
          most: 1,
          measured: outcomes.ratio(roost, byHand, cpu),
        },
        {
          what: "the others' p99, to that without paused members",
          most: 1.2,
          measured: outcomes.spread(roost, ({ paused }) =>
            paused?.before.latencies && paused.after.latencies
              ? paused.after.latencies.p99 / paused.before.latencies.p99
              : undefined,
          ),
        },
        {
          what: 'memory of a paused member, to the bound of its queue',
          most: 1,
          measured: outcomes.spread(roost, ({ paused }) => paused && paused.growth / BOUND),
        },
      ],
      plots: [],
      notes: outcomes.notes,
    };
  },
};

/** What the source costs with many members, all of whom read. */
function measureFeed({ peer, options }: Case, members: number, settings: Settings): Promise<Window> {
  const offer = { rate: RATE, rooms: 1, length: LENGTH };
  return Arena.with(peer, options, async (arena) => {
    await arena.enter({ clients: members, rooms: 1, roomsEach: 1 }, offer);
    return arena.offer(offer, sized(settings, { warmUp: 500, measure: 3_000 }, { warmUp: 300, measure: 800 }));
  });
}

/** The same with members that stop reading. */
function measurePaused({ peer, options }: Case, settings: Settings): Promise<NonNullable<Seen['paused']>> {
  const offer = { rate: RATE, rooms: 1, length: PAUSED.length };
  return Arena.with(peer, options, async (arena) => {
    await arena.enter({ clients: PAUSED.members, rooms: 1, roomsEach: 1 }, offer);
    const before = await arena.offer(offer, { warmUp: 500, measure: sized(settings, 4_000, 1_000) });
    const empty = await arena.memory();
    const readers = await arena.pauseSome();
    const after = await arena.offer(offer, { warmUp: 500, measure: sized(settings, 12_000, 3_000) });
    const full = await arena.memory();
    return { before, after, growth: (full.heap + full.external - empty.heap - empty.external) / readers };
  });
}
