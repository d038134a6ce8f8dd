/**
 * Installs what Roost is compared with, on first use, compiles the library with the benchmarks, and runs them:
 * `npm run bench`, or a part of them: `npm run bench -- fanout --rounds 3 --quick`. `npm run soak` and
 * `npm run compare` need none of that.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = fileURLToPath(new URL('peers', import.meta.url));

/** What has a program of its own. */
const alone = ['soak', 'compare'].find((name) => name === process.argv[2]);

if (alone === undefined && !existsSync(`${peers}/node_modules`)) run('npm', ['ci'], peers);
run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'bench'], root);
if (alone !== undefined) run(process.execPath, [`bench/dist/bench/${alone}/main.js`], root);
else run(process.execPath, ['bench/dist/bench/main.js', ...process.argv.slice(2)], root);

function run(program, args, cwd) {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
