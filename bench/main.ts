/** The benchmarks' command line. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readUnitCosts } from './capacity/costs.js';
import { writeCapacityPage } from './capacity/page.js';
import { describeMachine } from './machine.js';
import { Arena } from './measure/arena.js';
import type { Settings } from './measure/rounds.js';
import { writeSection, writeTargets } from './report/markdown.js';
import { saveResult, writeDocs, type Result } from './report/results.js';
import { chat } from './scenarios/chat.js';
import { cluster } from './scenarios/cluster.js';
import { clusterCosts } from './scenarios/cluster-costs.js';
import { clusterRooms } from './scenarios/cluster-rooms.js';
import { compressed } from './scenarios/compressed.js';
import { fanout } from './scenarios/fanout.js';
import { growth } from './scenarios/growth.js';
import { memory } from './scenarios/memory.js';
import { paused } from './scenarios/paused.js';
import { rate } from './scenarios/rate.js';
import { resume } from './scenarios/resume.js';
import { rooms } from './scenarios/rooms.js';
import { streams } from './scenarios/streams.js';
import { window } from './scenarios/window.js';

const scenarios = [
  fanout,
  window,
  rooms,
  rate,
  chat,
  memory,
  resume,
  paused,
  streams,
  compressed,
  growth,
  cluster,
  clusterRooms,
  clusterCosts,
];
const names = scenarios.map(({ name }) => name);

const HELP = `npm run bench -- [scenario …] [options]

Measures, and writes docs/benchmarks.md with its plots, and docs/capacity.md.

scenarios    ${names.join(', ')}; all of them where none is named
--rounds N   how often each server is measured (default 3)
--quick      small sizes and one round, to see that it works; writes nothing
--dry        writes nothing
--report     measures nothing, and writes the pages from the results that are kept
--profile    lets servers write CPU profiles to bench/dist/profiles; writes nothing else
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.find((name) => !names.includes(name));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
if (values.help || unknown !== undefined || !Number.isSafeInteger(rounds) || rounds < 1) {
  if (unknown !== undefined) say(`There is no scenario ${unknown}.\n\n`);
  say(HELP);
  process.exit(values.help ? 0 : 1);
}

if (values.report) {
  writePages();
  process.exit();
}

Arena.profile = values.profile;
const results: Result[] = [];
for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
  const settings: Settings = {
    rounds,
    quick: values.quick,
    progress: (text) => process.stderr.write(`${scenario.name}, ${text}\n`),
  };
  const findings = await scenario.run(settings);
  const date = new Date().toISOString().slice(0, 10);
  const { name, title } = scenario;
  const result: Result = { name, title, date, rounds: findings.rounds ?? rounds, machine: describeMachine(), findings };
  results.push(result);
  say(`\n${writeSection(result)}\n\n`);
  if (!values.quick && !values.dry && !values.profile) {
    saveResult(result);
    writePages();
  }
}
// Targets are for the full sizes.
if (!values.quick) say(`${writeTargets(results)}\n`);

function writePages(): void {
  writeDocs(names);
  const costs = readUnitCosts();
  if (costs !== undefined) writeFileSync('docs/capacity.md', writeCapacityPage(costs));
}

function say(text: string): void {
  process.stdout.write(text);
}
