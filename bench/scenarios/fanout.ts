import { Arena, type Window } from '../measure/arena.js';
import { ALL_PEERS, LIMIT, ROOST, SOCKET_IO, UWEBSOCKETS, WS } from '../measure/peers.js';
import { measureRamp, WARM } from '../measure/ramp.js';
import { caseOf, defaults, inRounds, sized, times, type Outcomes, type Settings } from '../measure/rounds.js';
import type { Findings, Table } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import { cpuAt, cpuPlot, rampTable } from './ramp-findings.js';
import type { Scenario } from './scenario.js';

/** Characters of a message. */
const LENGTH = 100;
/** Shares of the weakest server's saturation at which latencies are taken. */
const LOADS = [0.25, 0.5, 0.75] as const;

const cases = defaults(...ALL_PEERS);
/** Those whose latency is of interest. */
const timed = cases.filter(({ peer }) => peer !== LIMIT && peer !== WS);
const [roost, socketIo] = [caseOf(cases, ROOST), caseOf(cases, SOCKET_IO)];

/** One room of many, and a rate that rises until nothing more goes. */
export const fanout: Scenario = {
  name: 'fanout',
  title: 'One large room',

  async run(settings: Settings): Promise<Findings> {
    const members = sized(settings, 1_000, 200);
    const rates = sized(settings, [50, 250, 1_000, 4_000], [100, 1_000]);
    const common = 1_000;
    const crowd = { clients: members, rooms: 1, roomsEach: 1 };
    const ramp = { crowd, rates, common, members, length: LENGTH, times: times(settings) };
    const outcomes = await inRounds(settings, cases, (one) => measureRamp(one, ramp));
    const [low = common] = rates;
    const most = cases.flatMap((one) => outcomes.spread(one, ({ best }) => best.deliveries)?.median ?? []);
    const weakest = Math.min(...most) / members;
    const latencies = await inRounds(settings, timed, ({ peer, options }) =>
      Arena.with(peer, options, async (arena) => {
        await arena.enter(crowd, { rate: WARM / members, rooms: 1, length: LENGTH });
        const windows: Window[] = [];
        for (const load of LOADS) {
          const offer = { rate: weakest * load, rooms: 1, length: LENGTH };
          windows.push(await arena.offer(offer, { warmUp: 300, measure: sized(settings, 1_500, 500) }));
        }
        return windows;
      }),
    );
    const cpu = cpuAt(common);
    const saturation = `CPU per delivery at ${common} messages/s`;
    return {
      text: [
        `${members} members in one room; messages of ${LENGTH} characters at a rate that rises from ${low} to ` +
          `${rates.at(-1)} per second, or until fewer than nine in ten arrive. All servers are compared at ${common} ` +
          `messages/s, ${common * members} deliveries/s, which is more than the weaker ones can do. Servers that join frames ` +
          `use what CPU there is to be quick: with a core to themselves they write small batches at this rate, and ` +
          `larger ones, which cost less, where most is asked of them.`,
        `Latency is from when a message was due to when it was read, at a quarter, half and three quarters of what the ` +
          `weakest server can do (${Math.round(weakest * members)} deliveries/s).`,
      ],
      tables: [rampTable(outcomes, cases, low, common), latencyTable(latencies)],
      targets: [
        { what: `${saturation}, to Socket.IO's`, most: 1 / 8, measured: outcomes.ratio(roost, socketIo, cpu) },
        {
          what: `${saturation}, to uWebSockets.js'`,
          most: 1.2,
          measured: outcomes.ratio(roost, caseOf(cases, UWEBSOCKETS), cpu),
        },
        {
          what: `${saturation}, to the hand-written limit's`,
          most: 1.2,
          measured: outcomes.ratio(roost, caseOf(cases, LIMIT), cpu),
        },
        ...LOADS.map((load, index) => ({
          what: `p99 latency at ${load} of the weakest server's saturation, to Socket.IO's`,
          most: 1,
          measured: latencies.ratio(roost, socketIo, (windows) => windows[index]?.latencies?.p99),
        })),
      ],
      plots: [
        cpuPlot(outcomes, cases, common, {
          file: 'bench-fanout.svg',
          title: `One room of ${members}, ${common} messages/s offered`,
        }),
      ],
      notes: outcomes.notes,
    };
  },
};

function latencyTable(outcomes: Outcomes<Window[]>): Table {
  const columns = LOADS.flatMap((load, index) => [
    { head: `p50 at ${load}, ms`, digits: 1, pick: (seen: Window[]) => seen[index]?.latencies?.p50 },
    { head: `p99 at ${load}, ms`, digits: 1, pick: (seen: Window[]) => seen[index]?.latencies?.p99 },
  ]);
  return tableOf(outcomes, timed, columns);
}
