/**
 * Installs what Roost is compared with, on first use, compiles the library with the benchmarks, and runs them:
 * `npm run bench`, or a part of them: `npm run bench -- fanout --rounds 3 --quick`. `npm run soak` and
 * `npm run compare` need none of that.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = fileURLToPath(new URL('peers', import.meta.url));

/** What has a program of its own. */
const alone = ['soak', 'compare'].find((name) => name === process.argv[2]);

if (alone === undefined && !installed()) run('npm', ['ci'], peers);
run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'bench'], root);
// Scripts that run in Redis are read from beside the code.
cpSync(`${root}lib/redis/scripts`, `${root}bench/dist/lib/redis/scripts`, { recursive: true });
if (alone !== undefined) run(process.execPath, [`bench/dist/bench/${alone}/main.js`], root);
else run(process.execPath, ['bench/dist/bench/main.js', ...process.argv.slice(2)], root);

/** Whether the peers are there, and none of them has changed since. */
function installed() {
  const marker = `${peers}/node_modules/.package-lock.json`;
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(`${peers}/package-lock.json`).mtimeMs;
}

function run(program, args, cwd) {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
