import { Arena, type Window } from '../measure/arena.js';
import { PLATFORM_WS, ROOST, SOCKET_IO } from '../measure/peers.js';
import { caseOf, defaults, inRounds, sized, type Settings, type Times } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { barsOf, tableOf, type Column } from '../report/table.js';
import type { Scenario } from './scenario.js';

const MEMBERS = 100;
/** Messages of one member that wait for their answers. */
const UNANSWERED = 4;
const TEXT = 'What is said in a chat is seldom longer than this, and often a good deal shorter.';

/** Nest's pipeline takes a while to be compiled. */
const LONG: Times = { warmUp: 1_500, measure: 1_500 };
const SHORT: Times = { warmUp: 300, measure: 400 };

interface Seen {
  readonly said: Window;
  readonly noted: Window;
  readonly nodded: Window;
}

const cases = defaults(ROOST, SOCKET_IO, PLATFORM_WS);
const [roost, socketIo, platformWs] = [caseOf(cases, ROOST), caseOf(cases, SOCKET_IO), caseOf(cases, PLATFORM_WS)];

/** Every member sends; what is sent is checked, answered, and told to all, or only answered. */
export const chat: Scenario = {
  name: 'chat',
  title: 'A chat in which everybody talks',

  async run(settings: Settings): Promise<Findings> {
    const said = (seen: Seen) => seen.said.answers;
    const noted = (seen: Seen) => seen.noted.answers;
    const outcomes = await inRounds(settings, cases, ({ peer, options }) =>
      Arena.with(peer, options, async (arena): Promise<Seen> => {
        await arena.enter({ clients: MEMBERS, rooms: 1, roomsEach: 1 });
        const measure = async (event: 'say' | 'note' | 'nod') => {
          await arena.converse({ event, unanswered: UNANSWERED, text: TEXT });
          const window = await arena.window(sized(settings, LONG, SHORT));
          await arena.fallSilent();
          await arena.quiet();
          return window;
        };
        return { nodded: await measure('nod'), noted: await measure('note'), said: await measure('say') };
      }),
    );
    return {
      text: [
        `${MEMBERS} members of one room, each of which always has ${UNANSWERED} messages unanswered. A message is a ` +
          `DTO that Nest's ValidationPipe checks; the handler tells it to the whole room and answers its sender. In ` +
          `the second table it only answers. In the third the handler has no guard, pipe or interceptor: what a message ` +
          `costs less than in the second is the share of Nest's pipeline and of the DTO's validation.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          ...columns('messages/s, told to all', ({ said }) => said),
          { head: 'deliveries/s', pick: ({ said }) => said.deliveries, digits: 0 },
          { head: 'p50 until told, ms', pick: ({ said }) => said.latencies?.p50, digits: 1 },
          { head: 'p99, ms', pick: ({ said }) => said.latencies?.p99, digits: 1 },
        ]),
        tableOf(
          outcomes,
          cases,
          columns('messages/s, only answered', ({ noted }) => noted),
        ),
        tableOf(
          outcomes,
          cases,
          columns('messages/s, without a pipe', ({ nodded }) => nodded),
        ),
      ],
      targets: [
        {
          what: "messages/s with a broadcast, to Socket.IO's",
          least: 5,
          measured: outcomes.ratio(roost, socketIo, said),
        },
        {
          what: "messages/s with a broadcast, to platform-ws'",
          least: 5,
          measured: outcomes.ratio(roost, platformWs, said),
        },
        {
          what: "messages/s without one, to platform-ws'",
          least: 1,
          measured: outcomes.ratio(roost, platformWs, noted),
        },
      ],
      plots: [
        barsOf(outcomes, cases, said, {
          file: 'bench-chat.svg',
          title: `${MEMBERS} members all talking: messages taken, answered and told to all`,
          unit: 'messages/s',
        }),
      ],
      notes: outcomes.notes,
    };
  },
};

function columns(head: string, of: (seen: Seen) => Window): Column<Seen>[] {
  const load = (seen: Seen) => of(seen).loadCpu;
  return [
    { head, pick: (seen) => of(seen).answers, digits: 0, load },
    { head: 'CPU per message, µs', pick: (seen) => of(seen).cpuPerAnswer, digits: 1 },
    { head: "server's CPU, cores", pick: (seen) => of(seen).serverCpu },
    { head: "load generator's, cores", pick: load },
  ];
}
