import { Arena, type Window } from '../measure/arena.js';
import { PLATFORM_WS, ROOST, SOCKET_IO } from '../measure/peers.js';
import { caseOf, defaults, inRounds, sized, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Memory } from '../servers/server.js';
import type { Scenario } from './scenario.js';

const MIB = 1024 * 1024;
const MEMBERS = 50;
/** Messages/s of so many characters fill the kernel's buffers of a socket in a few seconds. */
const RATE = 250;
const LENGTH = 16_000;
/** Bytes that Roost queues for one socket before it closes it. */
const BOUND = MIB;

interface Seen {
  readonly before: Window;
  readonly after: Window;
  /** Bytes of objects and buffers for each reader that was paused. */
  readonly growth: number;
}

const cases = defaults(ROOST, SOCKET_IO, PLATFORM_WS);
const roost = caseOf(cases, ROOST);

/** Some stop reading; the others should not notice, nor the server's memory. */
export const paused: Scenario = {
  name: 'paused',
  title: 'Paused readers',

  async run(settings: Settings): Promise<Findings> {
    const offer = { rate: RATE, rooms: 1, length: LENGTH };
    const outcomes = await inRounds(settings, cases, ({ peer, options }) =>
      Arena.with(peer, options, async (arena): Promise<Seen> => {
        await arena.enter({ clients: MEMBERS, rooms: 1, roomsEach: 1 }, offer);
        await arena.publish(offer);
        const before = await arena.window({ warmUp: 500, measure: sized(settings, 1_500, 500) });
        await arena.quiet();
        const empty = inUse(await arena.memory());
        const readers = await arena.pauseSome();
        await arena.publish(offer);
        const after = await arena.window({ warmUp: 500, measure: sized(settings, 5_500, 2_000) });
        await arena.quiet();
        return { before, after, growth: (inUse(await arena.memory()) - empty) / readers };
      }),
    );
    return {
      text: [
        `${MEMBERS} members in one room, ${RATE} messages/s of ${LENGTH} characters; one in ten stops reading. The ` +
          `latency is the others'. The memory is that of objects and buffers when the garbage is collected, divided by ` +
          `the readers that stopped.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          { head: 'p99 before, ms', pick: ({ before }) => before.latencies?.p99 },
          { head: 'p99 with paused readers, ms', pick: ({ after }) => after.latencies?.p99 },
          { head: 'memory per paused reader, MiB', pick: ({ growth }) => growth / MIB, digits: 1 },
        ]),
      ],
      targets: [
        {
          what: "the others' p99, to that without paused readers",
          most: 1.2,
          measured: outcomes.spread(roost, ({ before, after }) =>
            before.latencies && after.latencies ? after.latencies.p99 / before.latencies.p99 : undefined,
          ),
        },
        {
          what: 'memory of a paused reader, to the bound of its queue',
          most: 1,
          measured: outcomes.spread(roost, ({ growth }) => growth / BOUND),
        },
      ],
      plots: [],
      notes: outcomes.notes,
    };
  },
};

/** Bytes of objects and their buffers. */
function inUse({ heap, external }: Memory): number {
  return heap + external;
}
