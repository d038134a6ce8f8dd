import { Arena, type Window } from '../measure/arena.js';
import { PLATFORM_WS, ROOST, SOCKET_IO } from '../measure/peers.js';
import { caseOf, defaults, inRounds, times, type Outcomes, type Settings } from '../measure/rounds.js';
import type { Findings, Table } from '../report/findings.js';
import { barsOf, tableOf, type Column } from '../report/table.js';
import type { Scenario } from './scenario.js';

const MEMBERS = 100;
/** Messages of one member that wait for their answers. */
const UNANSWERED = 4;
const TEXT = 'What is said in a chat is seldom longer than this, and often a good deal shorter.';

const cases = defaults(ROOST, SOCKET_IO, PLATFORM_WS);
const [roost, socketIo, platformWs] = [caseOf(cases, ROOST), caseOf(cases, SOCKET_IO), caseOf(cases, PLATFORM_WS)];

/** Every member sends; what is sent is checked, answered, and told to all, or only answered. */
export const chat: Scenario = {
  name: 'chat',
  title: 'A chat in which everybody talks',

  async run(settings: Settings): Promise<Findings> {
    const measure = (event: 'say' | 'note') =>
      inRounds(settings, cases, ({ peer, options }) =>
        Arena.with(peer, options, async (arena) => {
          await arena.enter({ clients: MEMBERS, rooms: 1, roomsEach: 1 });
          await arena.converse({ event, unanswered: UNANSWERED, text: TEXT });
          const window = await arena.window(times(settings));
          await arena.fallSilent();
          return window;
        }),
      );
    const said = await measure('say');
    const noted = await measure('note');
    const answers = (window: Window) => window.answers;
    return {
      text: [
        `${MEMBERS} members of one room, each of which always has ${UNANSWERED} messages unanswered. A message is a ` +
          `DTO that Nest's ValidationPipe checks; the handler tells it to the whole room and answers its sender. In ` +
          `the second table it only answers.`,
      ],
      tables: [table(said, true), table(noted, false)],
      targets: [
        {
          what: "messages/s with a broadcast, to Socket.IO's",
          least: 5,
          measured: said.ratio(roost, socketIo, answers),
        },
        {
          what: "messages/s with a broadcast, to platform-ws'",
          least: 5,
          measured: said.ratio(roost, platformWs, answers),
        },
        {
          what: "messages/s without one, to platform-ws'",
          least: 1,
          measured: noted.ratio(roost, platformWs, answers),
        },
      ],
      plots: [
        barsOf(said, cases, answers, {
          file: 'bench-chat.svg',
          title: `${MEMBERS} members all talking: messages taken, answered and told to all`,
          unit: 'messages/s',
        }),
      ],
      notes: [...said.notes, ...noted.notes],
    };
  },
};

function table(outcomes: Outcomes<Window>, told: boolean): Table {
  const columns: Column<Window>[] = [
    {
      head: told ? 'messages/s, told to all' : 'messages/s, only answered',
      pick: (seen) => seen.answers,
      digits: 0,
      load: (seen) => seen.loadCpu,
    },
    { head: 'CPU per message, µs', pick: (seen) => seen.cpuPerAnswer, digits: 1 },
    { head: "server's CPU, cores", pick: (seen) => seen.serverCpu },
    { head: "load generator's, cores", pick: (seen) => seen.loadCpu },
  ];
  const deliveries: Column<Window>[] = [
    { head: 'deliveries/s', pick: (seen) => seen.deliveries, digits: 0 },
    { head: 'p50 until told, ms', pick: (seen) => seen.latencies?.p50, digits: 1 },
    { head: 'p99, ms', pick: (seen) => seen.latencies?.p99, digits: 1 },
  ];
  return tableOf(outcomes, cases, told ? [...columns, ...deliveries] : columns);
}
