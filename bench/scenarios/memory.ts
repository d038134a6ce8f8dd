import { Arena } from '../measure/arena.js';
import { PLATFORM_WS, ROOST, SOCKET_IO, UWEBSOCKETS, WS } from '../measure/peers.js';
import { caseOf, defaults, inRounds, sized, type Case, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Memory } from '../servers/server.js';
import type { Scenario } from './scenario.js';

/** Connections that come before memory is first looked at, so that what is made once does not count. */
const FIRST = 500;

const bare: Case = {
  title: 'Roost, no presence, no history',
  peer: ROOST,
  options: { presence: 'off', history: false },
};
const cases = [...defaults(ROOST), bare, ...defaults(SOCKET_IO, PLATFORM_WS, WS, UWEBSOCKETS)];
const roost = caseOf(cases, ROOST);

/** Connections that do nothing. */
export const memory: Scenario = {
  name: 'memory',
  title: 'Memory of idle connections',

  async run(settings: Settings): Promise<Findings> {
    const connections = sized(settings, 5_000, 500);
    // Memory is the same each time, or nearly so.
    const rounds = Math.min(settings.rounds, 2);
    const outcomes = await inRounds({ ...settings, rounds }, cases, ({ peer, options }) =>
      Arena.with(peer, options, async (arena): Promise<Memory> => {
        const room = { rooms: 1, roomsEach: 1 };
        await arena.enter({ clients: FIRST, ...room });
        const before = await arena.memory();
        await arena.enter({ clients: connections, ...room });
        const after = await arena.memory();
        return {
          rss: (after.rss - before.rss) / connections,
          heap: (after.heap - before.heap) / connections,
          external: (after.external - before.external) / connections,
        };
      }),
    );
    const rss = (seen: Memory) => seen.rss;
    return {
      rounds,
      text: [
        `${connections} connections in one room, after ${FIRST} that came before: what each adds, when the garbage ` +
          `is collected. A connection of Roost has a session and a heartbeat. The kernel's buffers are not in it.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          { head: 'memory per connection, KiB', pick: (seen) => seen.rss / 1_024, digits: 1 },
          { head: 'of it JavaScript objects, KiB', pick: (seen) => seen.heap / 1_024, digits: 1 },
          { head: 'and their buffers, KiB', pick: (seen) => seen.external / 1_024, digits: 1 },
        ]),
      ],
      targets: [
        {
          what: "memory per connection, to bare ws'",
          most: 1.6,
          measured: outcomes.ratio(roost, caseOf(cases, WS), rss),
        },
        {
          what: "memory per connection, to Socket.IO's",
          most: 0.6,
          measured: outcomes.ratio(roost, caseOf(cases, SOCKET_IO), rss),
        },
      ],
      plots: [],
      notes: outcomes.notes,
    };
  },
};
