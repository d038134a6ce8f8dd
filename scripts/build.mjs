/** Builds the library, then whatever of the sample app is there: its server and its web page. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';

const steps = [
  ['library', 'nest', ['build', 'nestjs-roost'], 'lib/index.ts'],
  ['client', 'tsc', ['-p', 'lib/client'], 'lib/client/index.ts'],
  ['sample app', 'nest', ['build', 'sample-app'], 'sample-app/src/main.ts'],
  ['web page', 'vite', ['build', 'sample-app/web', '--logLevel', 'warn'], 'sample-app/web/vite.config.ts'],
];

rmSync('dist', { recursive: true, force: true });
for (const [name, program, args, source] of steps) {
  if (!existsSync(source)) continue;
  const { status } = spawnSync(`node_modules/.bin/${program}`, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`The build stopped at: ${name}.`);
    process.exit(1);
  }
}
cpSync('lib/redis/scripts', 'dist/lib/redis/scripts', { recursive: true });
