import { setTimeout as pause } from 'node:timers/promises';
import { Arena } from '../measure/arena.js';
import { ROOST, SOCKET_IO } from '../measure/peers.js';
import { inRounds, sized, type Case, type Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';
import { tableOf } from '../report/table.js';
import type { Scenario } from './scenario.js';

const MISSED = 100;
const WARM_UP = 20;
const LENGTH = 100;

interface Storm {
  readonly resumesPerSecond: number;
  /** Share of the sessions that came back with nothing missing. */
  readonly recovered: number;
  /** Bytes of memory above those before. */
  readonly growth: number;
  readonly loadCpu: number;
}

const roost: Case = { title: ROOST.title, peer: ROOST, options: {} };
const socketIo: Case = {
  title: `${SOCKET_IO.title}, connection state recovery`,
  peer: SOCKET_IO,
  options: { recovery: true },
};
const cases = [roost, socketIo];

/** All connections break at once, much is said, and all come back. */
export const resume: Scenario = {
  name: 'resume',
  title: 'A storm of resumes',

  async run(settings: Settings): Promise<Findings> {
    const sessions = sized(settings, 2_000, 200);
    const outcomes = await inRounds(settings, cases, ({ peer, options }) =>
      Arena.with(peer, options, async (arena): Promise<Storm> => {
        await arena.enter({ clients: sessions, rooms: 1, roomsEach: 1, resumable: true });
        // Without a message there is no position to come back to.
        await arena.burst(1, LENGTH);
        await arena.quiet();
        const miss = async (messages: number): Promise<void> => {
          await arena.cut();
          await pause(1_000);
          await arena.burst(messages, LENGTH);
        };
        // A first storm, so that the second finds compiled code.
        await miss(WARM_UP);
        await arena.comeBack({ events: WARM_UP, again: true });
        await miss(MISSED);
        const { rss } = await arena.sampleServer();
        const before = await arena.sampleLoad();
        const { ms, recovered } = await arena.comeBack({ events: MISSED, again: false });
        const after = await arena.sampleLoad();
        const { peak } = await arena.sampleServer();
        return {
          resumesPerSecond: (sessions / ms) * 1_000,
          recovered: recovered / sessions,
          growth: peak - rss,
          loadCpu: (after.cpu - before.cpu) / (after.at - before.at) / 1_000,
        };
      }),
    );
    const speed = (seen: Storm) => seen.resumesPerSecond;
    return {
      text: [
        `${sessions} sessions in one room lose their connections at once; ${MISSED} messages of ${LENGTH} characters ` +
          `later all come back, 200 at a time, and each gets what it missed. The time is until the last has everything.`,
      ],
      tables: [
        tableOf(outcomes, cases, [
          { head: 'resumes/s', pick: speed, digits: 0, load: (seen) => seen.loadCpu },
          { head: 'recovered, %', pick: (seen) => seen.recovered * 100, digits: 1 },
          { head: 'memory at its highest, above before, MiB', pick: (seen) => seen.growth / 1_024 ** 2, digits: 1 },
          { head: "load generator's CPU, cores", pick: (seen) => seen.loadCpu },
        ]),
      ],
      targets: [
        {
          what: 'share of the sessions recovered',
          least: 1,
          measured: outcomes.spread(roost, (seen) => seen.recovered),
        },
        { what: "resumes/s, to Socket.IO's", least: 3, measured: outcomes.ratio(roost, socketIo, speed) },
      ],
      plots: [],
      notes: outcomes.notes,
    };
  },
};
