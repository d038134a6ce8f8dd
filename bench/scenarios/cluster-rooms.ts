import { setTimeout as pause } from 'node:timers/promises';
import { Arena, type Window } from '../measure/arena.js';
import { inRounds, sized, type Case, type Outcomes, type PickFigure, type Settings } from '../measure/rounds.js';
import type { Findings, LinePlot, Table } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import { writeNumber } from '../report/text.js';
import { clusterCases as cases, NODES, roost } from './cluster-cases.js';
import type { Scenario } from './scenario.js';

/** Messages/s of all rooms together, each to one member on each node. */
const RATE = 2_000;
const LENGTH = 100;
/** Members of a room. */
const MEMBERS = NODES;
/** Clients at least, with each size others, and rooms of each at most: what Roost allows by default. */
const CLIENTS = 20;
const ROOMS_EACH = 100;

/** Milliseconds after which the first rooms are compared with their logs. */
const UNTIL_COMPARED = 11_000;

interface Seen {
  /** One window for each number of rooms. */
  readonly sizes: readonly Window[];
  /** With nothing said in the most rooms. */
  readonly idle: Window;
}

/** The same work in ever more rooms of two nodes. */
export const clusterRooms: Scenario = {
  name: 'cluster-rooms',
  title: 'Ever more rooms of two nodes',

  async run(settings: Settings): Promise<Findings> {
    const sizes = sized(settings, [10, 1_000, 10_000], [10, 1_000]);
    const most = sizes.at(-1) ?? 0;
    const outcomes = await inRounds(settings, cases, (one) => grow(one, sizes, settings));
    return {
      text: [
        `${NODES} nodes and one Redis as before; ${RATE} messages/s, published on both nodes alike, in rooms that take ` +
          `turns. Each room has two members, one on each node. ${CLIENTS} connections are all the members that there are, ` +
          `each in ever more rooms, up to the ${ROOMS_EACH} that Roost allows by default; then there are more of them. The ` +
          `CPU of a message is that of both nodes and of Redis, with all that goes on besides: Roost compares each room ` +
          `with its log every 10 to 40 seconds.`,
      ],
      tables: [table(outcomes, sizes), idleTable(outcomes, sizes)],
      targets: [
        {
          what: `CPU per message with ${writeNumber(most, 0)} rooms, to that with ${sizes[0]}`,
          most: 1.3,
          measured: outcomes.spread(roost, (seen) => {
            const [smallest, largest] = [seen.sizes[0], seen.sizes.at(-1)];
            return smallest && largest && cpuOf(largest) / cpuOf(smallest);
          }),
        },
      ],
      plots: [plot(outcomes, sizes)],
      notes: outcomes.notes,
    };
  },
};

/** Each size has rooms and clients of its own; those of the sizes before are there and silent. */
function grow(one: Case, sizes: readonly number[], settings: Settings): Promise<Seen> {
  return Arena.cluster(one, NODES, async (arena) => {
    const windows: Window[] = [];
    const measure = sized(settings, 2_000, 500);
    let firstRoom = 0;
    for (const rooms of sizes) {
      const offer = { rate: RATE, rooms, firstRoom, length: LENGTH };
      const clients = Math.max(CLIENTS, (rooms * MEMBERS) / ROOMS_EACH);
      // All rooms of a client are joined at once.
      const crowd = { clients, rooms, roomsEach: (rooms * MEMBERS) / clients, firstRoom, atOnce: 10 };
      await arena.enter(crowd, offer);
      // What runs by the clock is to run where the largest size is measured.
      if (one === roost && rooms === sizes.at(-1)) await pause(sized(settings, UNTIL_COMPARED, 0));
      windows.push(await arena.offer(offer, { warmUp: 500, measure }));
      firstRoom += rooms;
    }
    return { sizes: windows, idle: await arena.window({ warmUp: 200, measure }) };
  });
}

/** Microseconds of nodes and Redis per message. */
function cpuOf({ cpuPerMessage, redisCpu, published }: Window): number {
  return cpuPerMessage + (redisCpu / published) * 1_000_000;
}

function table(outcomes: Outcomes<Seen>, sizes: readonly number[]): Table {
  const columns = sizes.map((rooms, index) => ({
    head: `${writeNumber(rooms, 0)} rooms, µs per message`,
    pick: cpuAt(index),
    digits: 0,
  }));
  const redis: PickFigure<Seen> = (seen) => {
    const last = seen.sizes.at(-1);
    return last && (last.redisCpu / last.published) * 1_000_000;
  };
  return tableOf(outcomes, cases, [...columns, { head: "of it Redis's, µs", pick: redis, digits: 0 }]);
}

function idleTable(outcomes: Outcomes<Seen>, sizes: readonly number[]): Table {
  const rooms = `with ${writeNumber(sizes.at(-1) ?? 0, 0)} silent rooms, cores`;
  return tableOf(outcomes, cases, [
    { head: `both nodes' CPU ${rooms}`, pick: (seen) => seen.idle.serverCpu, digits: 3 },
    { head: `Redis's ${rooms}`, pick: (seen) => seen.idle.redisCpu, digits: 3 },
  ]);
}

function plot(outcomes: Outcomes<Seen>, sizes: readonly number[]): LinePlot {
  return {
    kind: 'lines',
    file: 'bench-cluster-rooms.svg',
    title: 'Two nodes, one Redis: ever more rooms',
    unit: 'µs of CPU per message, nodes and Redis',
    sizes,
    sizeName: 'rooms',
    lines: cases.map((one) => ({
      label: one.title,
      points: sizes.flatMap((_, index) => outcomes.spread(one, cpuAt(index)) ?? []),
    })),
  };
}

function cpuAt(index: number): PickFigure<Seen> {
  return ({ sizes }) => {
    const window = sizes[index];
    return window && cpuOf(window);
  };
}
