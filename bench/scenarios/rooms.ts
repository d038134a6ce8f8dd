import { ALL_PEERS, ROOST, SOCKET_IO } from '../measure/peers.js';
import { measureRamp } from '../measure/ramp.js';
import { caseOf, defaults, inRounds, sized, times, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { cpuAt, cpuPlot, rampTable } from './ramp-findings.js';
import type { Scenario } from './scenario.js';

const MEMBERS = 10;

const cases = defaults(...ALL_PEERS);
const [roost, socketIo] = [caseOf(cases, ROOST), caseOf(cases, SOCKET_IO)];

/** Many small rooms, where there is little to share. */
export const rooms: Scenario = {
  name: 'rooms',
  title: 'Many small rooms',

  async run(settings: Settings): Promise<Findings> {
    const count = sized(settings, 1_000, 100);
    const rates = sized(settings, [2_500, 10_000, 25_000], [2_500, 10_000]);
    const common = 10_000;
    const outcomes = await inRounds(settings, cases, (one) =>
      measureRamp(one, {
        crowd: { clients: count, rooms: count, roomsEach: MEMBERS },
        rates,
        common,
        members: MEMBERS,
        length: 100,
        times: times(settings),
      }),
    );
    const [low = common] = rates;
    return {
      text: [
        `${count} rooms of ${MEMBERS} members: ${count} connections, each in ${MEMBERS} rooms. The rooms take turns, ` +
          `so that a message has few others to share a write with.`,
      ],
      tables: [rampTable(outcomes, cases, low, common)],
      targets: [
        {
          what: `CPU per delivery at ${common} messages/s, to Socket.IO's`,
          most: 1 / 2,
          measured: outcomes.ratio(roost, socketIo, cpuAt(common)),
        },
      ],
      plots: [
        cpuPlot(outcomes, cases, common, {
          file: 'bench-rooms.svg',
          title: `${count} rooms of ${MEMBERS}, ${common} messages/s offered`,
        }),
      ],
      notes: outcomes.notes,
    };
  },
};
