import { ALL_PEERS, LIMIT, ROOST, SOCKET_IO, UWEBSOCKETS, type Peer } from '../measure/peers.js';
import { measureRamp } from '../measure/ramp.js';
import { caseOf, defaults, inRounds, sized, times, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { cpuAt, cpuPlot, rampTable } from './ramp-findings.js';
import type { Scenario } from './scenario.js';

const MEMBERS = 100;

const cases = defaults(...ALL_PEERS);

const of = (peer: Peer) => caseOf(cases, peer);

/** A room of moderate size in which very much is said. */
export const rate: Scenario = {
  name: 'rate',
  title: 'Very many messages',

  async run(settings: Settings): Promise<Findings> {
    const [low, common] = sized(settings, [5_000, 20_000], [1_000, 5_000]);
    const outcomes = await inRounds(settings, cases, (one) =>
      measureRamp(one, {
        crowd: { clients: MEMBERS, rooms: 1, roomsEach: 1 },
        rates: [low, common],
        common,
        members: MEMBERS,
        length: 100,
        times: times(settings),
      }),
    );
    const cpu = cpuAt(common);
    const what = `CPU per delivery at ${common} messages/s`;
    return {
      text: [`${MEMBERS} members in one room, and ${common} messages/s.`],
      tables: [rampTable(outcomes, cases, low, common)],
      targets: [
        { what: `${what}, to Socket.IO's`, most: 1 / 8, measured: outcomes.ratio(of(ROOST), of(SOCKET_IO), cpu) },
        { what: `${what}, to uWebSockets.js'`, most: 1.2, measured: outcomes.ratio(of(ROOST), of(UWEBSOCKETS), cpu) },
        {
          what: `${what}, to the hand-written limit's`,
          most: 1.2,
          measured: outcomes.ratio(of(ROOST), of(LIMIT), cpu),
        },
      ],
      plots: [
        cpuPlot(outcomes, cases, common, {
          file: 'bench-rate.svg',
          title: `One room of ${MEMBERS}, ${common} messages/s offered`,
        }),
      ],
      notes: outcomes.notes,
    };
  },
};
