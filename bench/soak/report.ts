import type { Machine } from '../machine.js';
import { grid, writeMachine } from '../report/markdown.js';
import { writeNumber } from '../report/text.js';
import type { Memory } from '../servers/server.js';
import { percentile } from '../statistics.js';
import type { Crowd } from './crowd.js';
import type { Flatness } from './flatness.js';
import type { SoakState } from './server.js';
import { HISTORY, ROOMS, ROOMS_EACH, SESSION_TTL, VISITORS } from './sizes.js';

/** One look at the server, and at what was done since the last one. */
export interface Sample extends Memory {
  /** Seconds since the start. */
  readonly at: number;
  readonly sessions: number;
  readonly away: number;
  /** Shares of a core. */
  readonly serverCpu: number;
  readonly loadCpu: number;
  /** Per second. */
  readonly deliveries: number;
}

export interface SoakResult extends Pick<Crowd, 'tally' | 'happened'> {
  readonly seconds: number;
  readonly date: Date;
  /** Messages per second that the server published. */
  readonly rate: number;
  readonly samples: readonly Sample[];
  readonly heap: Flatness;
  readonly rss: Flatness;
  readonly state: SoakState;
}

const MIB = 1024 ** 2;
/** Rows of the table of samples, at most. */
const ROWS = 12;

/** The page. */
export function writeSoak(result: SoakResult, machine: Machine, versions: readonly string[]): string {
  const { seconds, date, samples, heap, rss } = result;
  return [
    '# Soak',
    `Written by \`npm run soak\`: ${seconds} s at about half of what one core can do, ${date.toISOString().slice(0, 10)}. ` +
      `${VISITORS} visitors of ${ROOMS_EACH} rooms each, of ${ROOMS}, join and leave, speak and are answered, lose their ` +
      'connections and resume, stop reading, say goodbye or vanish, and others come in their place; the server publishes ' +
      `into all rooms. Rooms keep ${HISTORY} entries and sessions outlive their connections by ${SESSION_TTL / 1_000} s, ` +
      'so that what is bounded is full before it counts. Visitors check that nothing is lost or repeated.',
    `Measured on ${writeMachine(machine)}, with ${versions.filter((name) => /^(Roost|Nest|ws) /.test(name)).join(', ')}. ` +
      'The server is a process of its own; its visitors are another, on real sockets of the loopback address.',
    '![Memory of the server](soak.svg)',
    '## Is it flat?',
    'Every 10 s (more often in a shorter run) the garbage is collected and memory is read. It is flat when the straight line that fits the last two thirds ' +
      'best rises by no more than the share below: more than what collecting and the machine itself move it by, and less ' +
      `than a leak would: ${writeLeak(result)}`,
    grid(
      ['memory', 'mean, MiB', 'rises by, MiB an hour', 'over the last two thirds, %', 'at most, %', 'flat'],
      [writeFlatness('heap in use', heap), writeFlatness('RSS of the process', rss)],
    ),
    '## Samples',
    grid(
      [
        'second',
        'heap, MiB',
        'external, MiB',
        'RSS, MiB',
        'sessions',
        'of them away',
        'deliveries/s',
        'CPU, cores',
        "visitors' CPU",
      ],
      thinned(samples).map(writeSample),
    ),
    '## What happened',
    grid(['what', 'times'], writeEvents(result)),
  ]
    .join('\n\n')
    .concat('\n');
}

/** What a leak would look like. */
function writeLeak({ heap, state, seconds }: SoakResult): string {
  const sessions = (state.opened * 2) / 3;
  const connections = ((state.opened + state.resumed) * 2) / 3;
  const allowed = heap.mean * heap.most;
  const each = (count: number): string => `${writeNumber(allowed / count / 1024, 1)} KiB`;
  return `in ${Math.round((seconds * 2) / 3)} s one of ${each(sessions)} for each session, or of ${each(connections)} for each connection.`;
}

function writeFlatness(name: string, { mean, perHour, growth, most, flat }: Flatness): string[] {
  return [
    name,
    writeNumber(mean / MIB, 1),
    writeNumber(perHour / MIB, 1),
    writeNumber(growth * 100, 2),
    writeNumber(most * 100, 0),
    flat ? 'yes' : '**no**',
  ];
}

function writeSample({ at, heap, external, rss, sessions, away, deliveries, serverCpu, loadCpu }: Sample): string[] {
  return [
    writeNumber(at, 0),
    ...[heap, external, rss].map((bytes) => writeNumber(bytes / MIB, 1)),
    ...[sessions, away, deliveries].map((count) => writeNumber(count, 0)),
    ...[serverCpu, loadCpu].map((share) => writeNumber(share, 2)),
  ];
}

function writeEvents({ rate, samples, tally, happened, state }: SoakResult): string[][] {
  const cpu = samples.map(({ serverCpu }) => serverCpu).sort((a, b) => a - b);
  return [
    ['messages/s that the server published', writeNumber(rate, 0)],
    ["server's CPU, median, cores", writeNumber(percentile(cpu, 0.5), 2)],
    ...Object.entries<number>({
      'messages delivered': tally.deliveries,
      'ephemeral messages delivered': tally.ephemerals,
      'ephemeral messages skipped for slow readers': state.skipped,
      'requests answered': tally.answers,
      'of them refused': tally.refusals,
      'sessions opened': state.opened,
      'sessions resumed': state.resumed,
      'connections cut': happened.cut,
      'visitors that said goodbye': happened.goodbye,
      'visitors that vanished': happened.vanish,
      'visitors that stopped reading for a while': happened.pause,
      'of them closed as slow readers': tally.slow,
      'rooms joined later': happened.join,
      'rooms left': happened.leave,
      'connections given up by the heartbeat': state.timeouts,
      'gaps told': tally.gaps,
      'lost or repeated': tally.faults,
    }).map(([name, count]) => [name, writeNumber(count, 0)]),
  ];
}

function thinned(samples: readonly Sample[]): Sample[] {
  const step = Math.ceil(samples.length / ROWS);
  return samples.filter((_, index) => (samples.length - 1 - index) % step === 0);
}
