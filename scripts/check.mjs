/**
 * Everything about the code that can be told without running its tests. Builds first, since some of it looks at what
 * users get; then goes through all the checks, so that one run names all there is to mend.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const sources = ['lib', 'sample-app', 'bench'].filter((folder) => existsSync(folder));
const typed = ['.', 'lib/client', 'test', 'sample-app', 'sample-app/web', 'bench', 'bench/compare'];

/** A name, a program of ours, its arguments, and what must be there for the check to make sense. */
const checks = [
  ['lint', 'oxlint', ['--deny-warnings']],
  ['format', 'oxfmt', ['--check']],
  ...typed.map((project) => [`types of ${project}`, 'tsc', ['--noEmit', '-p', project], `${project}/tsconfig.json`]),
  ['import directions', 'depcruise', [...sources, '--config', '.dependency-cruiser.mjs']],
  ['unused files, exports and packages', 'knip', []],
  ['package', 'publint', ['--strict']],
  ['package types', 'attw', ['--pack', '.', '--profile', 'esm-only']],
  ['size of the client', 'size-limit', []],
].filter(([, , , needs]) => needs === undefined || existsSync(needs));

const failed = [];
for (const [name, program, args] of [['build', process.execPath, ['scripts/build.mjs']], ...checks]) {
  console.log(`\n> ${name}`);
  const path = program === process.execPath ? program : `node_modules/.bin/${program}`;
  const { status } = spawnSync(path, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nTo mend: ${failed.join(', ')}.`);
  process.exit(1);
}
console.log('\nAll checks passed.');
