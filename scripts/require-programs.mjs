/**
 * Finds the real programs that the tests need, and installs what is missing where that is possible without asking:
 * on Debian and Ubuntu, as root or with passwordless sudo. Elsewhere it stops and says what to install.
 *
 * As a script it prepares all of them: `node scripts/require-programs.mjs`. Tests call `programPath('chromium')`.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One row per program: the variable that overrides the search, the names to look for, the Debian package. */
const programs = {
  chromium: {
    title: 'Chromium',
    variable: 'ROOST_CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    aptPackage: 'chromium',
  },
  'redis-server': {
    title: 'Redis',
    variable: 'ROOST_REDIS_SERVER',
    names: ['redis-server', 'valkey-server'],
    aptPackage: 'redis-server',
  },
};

/** @typedef {keyof typeof programs} ProgramName */

/**
 * Where a program is.
 *
 * @param {ProgramName} name
 * @returns {string} The absolute path of the executable.
 * @throws When it is not there, with one line that says what to install.
 */
export function programPath(name) {
  const path = find(programs[name]);
  if (path === undefined) throw new Error(adviceFor(programs[name]));
  return path;
}

function find({ variable, names, title }) {
  const chosen = process.env[variable];
  if (chosen) {
    if (!isExecutable(chosen))
      throw new Error(`${variable} names ${chosen}, which is no program: point it at ${title}.`);
    return resolve(chosen);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function adviceFor({ title, names, variable, aptPackage }) {
  return (
    `The tests need ${title}: install it (Debian: apt-get install ${aptPackage}), so that ${names.join(' or ')} is in the PATH, ` +
    `or set ${variable} to it. \`npm run test:unit\` runs the tests that need no program.`
  );
}

/** The words to put before `apt-get` to run it as root without being asked for a password; undefined where there are none. */
function rootPrefix() {
  if (!existsSync('/usr/bin/apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

function aptGet(prefix, ...args) {
  const [program, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  return spawnSync(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function main() {
  const missing = Object.values(programs).filter((program) => find(program) === undefined);
  if (missing.length === 0) return;
  const prefix = rootPrefix();
  if (prefix !== undefined) {
    const packages = missing.map((program) => program.aptPackage);
    console.log(
      `The tests need ${missing.map((program) => program.title).join(' and ')}: installing ${packages.join(' ')} with apt-get.`,
    );
    // A failed update need not matter: the lists already there may do.
    aptGet(prefix, 'update');
    aptGet(prefix, 'install', '-y', '--no-install-recommends', ...packages);
  }
  const stillMissing = missing.filter((program) => find(program) === undefined);
  if (stillMissing.length > 0) throw new Error(stillMissing.map(adviceFor).join('\n'));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
