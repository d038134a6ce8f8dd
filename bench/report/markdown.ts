import type { Machine } from '../machine.js';
import type { Findings, Table, Target } from './findings.js';
import type { Result } from './results.js';
import { isMet, writeCell, writeLimit, writeSpread } from './text.js';

const BOUNDED = '\\* The load generator used more than 80 % of a core: the server may have been able to do more.';

/** One scenario, as Markdown. */
export function writeSection({ title, findings, rounds, date }: Result): string {
  const bounded = findings.tables.some(({ rows }) =>
    rows.some((row) => row.some((cell) => typeof cell === 'object' && cell.bounded === true)),
  );
  return [
    `## ${title}`,
    ...findings.text,
    ...findings.plots.map(({ file, title }) => `![${title}](${file})`),
    ...findings.tables.map(writeTable),
    ...(bounded ? [BOUNDED] : []),
    ...(findings.notes.length > 0 ? [findings.notes.map((note) => `- ${note}`).join('\n')] : []),
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${date}.`,
  ].join('\n\n');
}

/** The targets of all scenarios, and whether they are met. */
export function writeTargets(results: readonly { readonly title: string; readonly findings: Findings }[]): string {
  const rows = results.flatMap(({ title, findings }) =>
    findings.targets.map((target) => [title, ...targetRow(target)]),
  );
  return grid(['scenario', 'what', 'target', 'measured', 'met'], rows);
}

/** The whole page. */
export function writePage(results: readonly Result[], versions: readonly string[]): string {
  const machines = [...new Map(results.map(({ machine }) => [JSON.stringify(machine), machine])).values()];
  return [
    '# Benchmarks',
    'Written by `npm run bench`; how it measures is told in [bench/README.md](../bench/README.md). Figures are medians ' +
      'of several rounds with their range in brackets. In each round every server does the same work, one after another.',
    `Measured on ${machines.map(writeMachine).join('; and on ')}, with ${versions.join(', ')}. Server and load generator ` +
      'share the machine: figures compare servers with each other, and say little about another machine.',
    '## Targets',
    writeTargets(results),
    ...results.map(writeSection),
  ]
    .join('\n\n')
    .concat('\n');
}

/** `AMD EPYC (2 cores, 24 GiB), Linux 6.18, Node v20` */
export function writeMachine({ cpu, cores, memory, node, kernel }: Machine): string {
  return `${cpu} (${cores} cores, ${memory}), ${kernel}, Node ${node}`;
}

function targetRow(target: Target): string[] {
  const { what, measured } = target;
  const met = isMet(target);
  return [
    what,
    writeLimit(target),
    measured === undefined ? 'not measured' : writeSpread(measured, 2),
    met === undefined ? '–' : met ? 'yes' : `**no**`,
  ];
}

function writeTable({ columns, rows }: Table): string {
  return grid(
    columns,
    rows.map((row) => row.map(writeCell)),
  );
}

/** A table, whose first column has names and the others numbers. */
export function grid(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
