import { Arena } from '../measure/arena.js';
import { PLATFORM_WS, ROOST, SOCKET_IO, UWEBSOCKETS } from '../measure/peers.js';
import { caseOf, inRounds, sized, times, type Case, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Scenario } from './scenario.js';

const RATE = 50;
/** Characters of a message: above the size from which `ws` compresses. */
const LENGTH = 2_000;

const cases = [ROOST, PLATFORM_WS, SOCKET_IO, UWEBSOCKETS].map((peer): Case => ({
  title: peer.title,
  peer,
  options: { compression: true },
}));

/** Messages that are compressed on their way. */
export const compressed: Scenario = {
  name: 'compressed',
  title: 'Compressed messages',

  async run(settings: Settings): Promise<Findings> {
    const members = sized(settings, 300, 100);
    const outcomes = await inRounds(settings, cases, ({ peer, options }) =>
      Arena.with(peer, options, async (arena) => {
        const offer = { rate: RATE, rooms: 1, length: LENGTH };
        await arena.enter({ clients: members, rooms: 1, roomsEach: 1, compression: true }, offer);
        const window = await arena.offer(offer, times(settings));
        if (window.compressed < 0.99) throw new Error('it did not compress');
        return window;
      }),
    );
    return {
      text: [
        `${members} members in one room, ${RATE} messages/s of ${LENGTH} characters, with permessage-deflate as each ` +
          `server does it.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          { head: 'CPU per delivery, µs', pick: (seen) => seen.cpuPerDelivery },
          { head: 'deliveries/s', pick: (seen) => seen.deliveries, digits: 0 },
          { head: 'bytes of one message', pick: (seen) => seen.bytes, digits: 0 },
          { head: "server's CPU, cores", pick: (seen) => seen.serverCpu },
        ]),
      ],
      targets: [
        {
          what: "CPU per delivery, to ws' compression on platform-ws",
          most: 1 / 4,
          measured: outcomes.ratio(caseOf(cases, ROOST), caseOf(cases, PLATFORM_WS), (seen) => seen.cpuPerDelivery),
        },
      ],
      plots: [],
      notes: outcomes.notes,
    };
  },
};
