import { WAYS, type Rate, type Way } from '../../sample-app/src/compare/compare.contract.js';
import { grid, writeMachine } from '../report/markdown.js';
import { writeNumber } from '../report/text.js';
import { percentile } from '../statistics.js';
import type { Machine } from '../machine.js';
import type { Observation, Spoken } from './experiments.js';
import { POLL_MS } from './viewer.js';

const VIEWERS = 10_000;

const RATES: Readonly<Record<Rate, string>> = {
  quiet: 'Quiet: one message in 10 s',
  chat: 'Chat: one message a second',
  busy: 'Busy: ten messages a second',
};
const NAMES: Readonly<Record<Way, string>> = {
  polling: 'polling',
  'long-polling': 'long polling',
  events: 'server-sent events',
  websocket: 'WebSocket',
};

/** Between these lines stands what was measured last. */
const MARKS = ['<!-- measured by npm run compare -->', '<!-- end of what was measured -->'] as const;

export interface CompareResult {
  readonly seconds: number;
  readonly date: Date;
  readonly observations: readonly Observation[];
  readonly spoken: Spoken;
}

/** The page with the newest figures. @throws where it has no place for them */
export function putIn(page: string, measured: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin) throw new Error(`no ${MARKS.join(' … ')}`);
  return `${page.slice(0, begin + MARKS[0].length)}\n\n${measured}\n\n${page.slice(end)}`;
}

export function writeCompare({ seconds, date, observations, spoken }: CompareResult, machine: Machine): string {
  const each = observations.length / Object.keys(RATES).length;
  return [
    ...(Object.keys(RATES) as Rate[]).flatMap((rate) => [
      `**${RATES[rate]}**`,
      grid(
        [
          'way',
          'requests a minute',
          'kB up a minute',
          'kB down a minute',
          'mean delay, ms',
          'p99 delay, ms',
          `requests/s for ${writeNumber(VIEWERS, 0)}`,
          `Mbit/s for ${writeNumber(VIEWERS, 0)}`,
        ],
        WAYS.map((way) => writeRow(rate, way, observations)),
      ),
    ]),
    '**To say one thing**',
    grid(
      ['how', 'requests', 'bytes up', 'bytes down'],
      [
        ['by a POST', '1', ...writeBytes(spoken.post)],
        ['by the WebSocket', '0', ...writeBytes(spoken.websocket)],
      ],
    ),
    `Measured on ${date.toISOString().slice(0, 10)}, on ${writeMachine(machine)}: ${each} viewers for each row, ` +
      `${seconds} s, polls ${POLL_MS / 1_000} s apart, server and viewers on one machine without any distance between them. ` +
      'Figures are those of one viewer, in its first minute: what it takes to connect is in them.',
  ].join('\n\n');
}

function writeRow(rate: Rate, way: Way, observations: readonly Observation[]): string[] {
  const those = observations.filter((observation) => observation.rate === rate);
  // A minute of one viewer.
  const share = 60_000 / those.reduce((sum, { ms }) => sum + ms, 0);
  const sum = (field: 'requests' | 'up' | 'down') =>
    those.reduce((sum, { tallies }) => sum + tallies[way][field], 0) * share;
  const delays = those.flatMap(({ delays }) => delays[way]).sort((a, b) => a - b);
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  return [
    NAMES[way],
    writeNumber(sum('requests'), 0),
    writeNumber(sum('up') / 1_000, 1),
    writeNumber(sum('down') / 1_000, 1),
    writeNumber(mean, mean < 100 ? 1 : 0),
    writeNumber(percentile(delays, 0.99), 0),
    writeNumber((sum('requests') * VIEWERS) / 60, 0),
    writeNumber(((sum('up') + sum('down')) * 8 * VIEWERS) / 60 / 1e6, 1),
  ];
}

function writeBytes({ up, down }: Spoken['post']): string[] {
  return [writeNumber(up, 0), writeNumber(down, 0)];
}
