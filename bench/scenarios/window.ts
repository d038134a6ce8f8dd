import { Arena } from '../measure/arena.js';
import { ROOST, SOCKET_IO, UWEBSOCKETS } from '../measure/peers.js';
import { defaults, inRounds, sized, times, type Case, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Scenario } from './scenario.js';

const WINDOW = 10;
const RATE = 200;

const windowed: Case = { title: `Roost, window ${WINDOW} ms`, peer: ROOST, options: { window: WINDOW } };
const socketIo: Case = { title: SOCKET_IO.title, peer: SOCKET_IO, options: {} };
const cases = [windowed, ...defaults(ROOST), socketIo, ...defaults(UWEBSOCKETS)];

/** A rate that no server minds, and what a window of gathering saves. */
export const window: Scenario = {
  name: 'window',
  title: 'A window of gathering',

  async run(settings: Settings): Promise<Findings> {
    const members = sized(settings, 500, 100);
    const outcomes = await inRounds(settings, cases, ({ peer, options }) =>
      Arena.with(peer, options, async (arena) => {
        const offer = { rate: RATE, rooms: 1, length: 100 };
        await arena.enter({ clients: members, rooms: 1, roomsEach: 1 }, offer);
        return arena.offer(offer, times(settings));
      }),
    );
    return {
      text: [
        `${members} members in one room, ${RATE} messages/s: one at a time, as they come, unless the option ` +
          `\`fanOut.window\` lets a room gather them.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          { head: 'CPU per delivery, µs', pick: (seen) => seen.cpuPerDelivery },
          { head: 'deliveries/s', pick: (seen) => seen.deliveries, digits: 0 },
          { head: 'p50, ms', pick: (seen) => seen.latencies?.p50, digits: 1 },
          { head: 'p99, ms', pick: (seen) => seen.latencies?.p99, digits: 1 },
        ]),
      ],
      targets: [
        {
          what: `CPU per delivery with a window of ${WINDOW} ms, to Socket.IO's`,
          most: 1 / 3,
          measured: outcomes.ratio(windowed, socketIo, (seen) => seen.cpuPerDelivery),
        },
      ],
      plots: [],
      notes: outcomes.notes,
    };
  },
};
