import { Arena, type Window } from '../measure/arena.js';
import { LIMIT, ROOST, SOCKET_IO } from '../measure/peers.js';
import {
  caseOf,
  defaults,
  inRounds,
  sized,
  times,
  type Case,
  type Outcomes,
  type PickFigure,
  type Settings,
} from '../measure/rounds.js';
import type { Findings, LinePlot, Table } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Scenario } from './scenario.js';

/** Deliveries/s of each measurement: messages grow fewer as rooms grow larger. */
const DELIVERIES = 50_000;
const LENGTH = 100;
/** Members of each room, and rooms of each member, where it is the rooms that double. */
const SMALL = 10;

const cases = defaults(ROOST, SOCKET_IO);
const withLimit = [...cases, ...defaults(LIMIT)];

/** One window for each size. */
type Sizes = readonly Window[];

/** The same work with ever more members, and with ever more rooms. */
export const growth: Scenario = {
  name: 'growth',
  title: 'Growth',

  async run(settings: Settings): Promise<Findings> {
    const members = doubling(sized(settings, 250, 50), sized(settings, 5, 3));
    const rooms = doubling(sized(settings, 60, 20), sized(settings, 5, 3));
    // Five sizes show a trend in fewer rounds than one would.
    const rounds = Math.min(settings.rounds, 2);
    const fewer = { ...settings, rounds };
    const byMembers = await inRounds(fewer, withLimit, (one) => growMembers(one, members, settings));
    const byRooms = await inRounds(fewer, cases, (one) => growRooms(one, rooms, settings));
    return {
      rounds,
      text: [
        `The same ${DELIVERIES} deliveries/s with ever more members in one room, then with ever more rooms of ` +
          `${SMALL}, in which each member is in ${SMALL} rooms. What the hand-written server's cost grows by is the ` +
          `kernel's and the caches': every server has it.`,
      ],
      tables: [table(byMembers, withLimit, members, 'members'), table(byRooms, cases, rooms, 'rooms')],
      targets: [
        {
          what: `CPU per delivery with ${members.at(-1)} members, to that with ${members[0]}`,
          most: 1.3,
          measured: byMembers.spread(caseOf(cases, ROOST), (seen) => {
            const [smallest, largest] = [seen[0], seen.at(-1)];
            return smallest && largest && largest.cpuPerDelivery / smallest.cpuPerDelivery;
          }),
        },
      ],
      plots: [
        plot(byMembers, withLimit, members, 'members', {
          file: 'bench-members.svg',
          title: 'Ever more members in one room',
        }),
        plot(byRooms, cases, rooms, 'rooms', { file: 'bench-rooms-growth.svg', title: `Ever more rooms of ${SMALL}` }),
      ],
      notes: [...byMembers.notes, ...byRooms.notes],
    };
  },
};

function doubling(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, power) => first * 2 ** power);
}

function growMembers({ peer, options }: Case, sizes: readonly number[], settings: Settings): Promise<Sizes> {
  return Arena.with(peer, options, async (arena) => {
    const windows: Window[] = [];
    let inside = 0;
    for (const size of sizes) {
      const offer = { rate: DELIVERIES / size, rooms: 1, length: LENGTH };
      await arena.enter({ clients: size - inside, rooms: 1, roomsEach: 1 }, offer);
      inside = size;
      // In the largest room there are few messages a second: the window is long enough for some.
      const long = { ...times(settings), measure: sized(settings, 1_600, 400) };
      windows.push(await arena.offer(offer, long));
    }
    return windows;
  });
}

/** Each size has rooms and members of its own; those of the sizes before are there and silent. */
function growRooms({ peer, options }: Case, sizes: readonly number[], settings: Settings): Promise<Sizes> {
  return Arena.with(peer, options, async (arena) => {
    const windows: Window[] = [];
    let firstRoom = 0;
    for (const rooms of sizes) {
      const offer = { rate: DELIVERIES / SMALL, rooms, firstRoom, length: LENGTH };
      await arena.enter({ clients: rooms, rooms, roomsEach: SMALL, firstRoom }, offer);
      windows.push(await arena.offer(offer, times(settings)));
      firstRoom += rooms;
    }
    return windows;
  });
}

function table(outcomes: Outcomes<Sizes>, shown: readonly Case[], sizes: readonly number[], what: string): Table {
  const columns = sizes.map((size, index) => ({ head: `${size} ${what}, µs`, pick: cpuOf(index) }));
  return tableOf(outcomes, shown, columns);
}

function plot(
  outcomes: Outcomes<Sizes>,
  shown: readonly Case[],
  sizes: readonly number[],
  sizeName: string,
  given: Pick<LinePlot, 'file' | 'title'>,
): LinePlot {
  return {
    kind: 'lines',
    ...given,
    unit: 'µs of CPU per delivery',
    sizes,
    sizeName,
    lines: shown.map((one) => ({
      label: one.title,
      points: sizes.flatMap((_, index) => outcomes.spread(one, cpuOf(index)) ?? []),
    })),
  };
}

/** CPU per delivery at one of the sizes. */
function cpuOf(index: number): PickFigure<Sizes> {
  return (seen) => seen[index]?.cpuPerDelivery;
}
