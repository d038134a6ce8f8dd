/** `npm run compare`: follows channels of the sample app four ways for a minute, and writes down what that took. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { RATES, type Rate } from '../../sample-app/src/compare/compare.contract.js';
import { describeMachine } from '../machine.js';
import { Experiments } from './experiments.js';
import { putIn, writeCompare } from './report.js';

const APP = 'dist/sample-app/main.js';
const PAGE = 'docs/why-websockets.md';
const SECONDS = 60;
/** Viewers for each rate, all at once: of a quiet channel one alone would see six messages in a minute. */
const VIEWERS = 10;

const app = spawn(process.execPath, [APP], {
  env: { ...process.env, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const experiments = new Experiments(await address(app));
  process.stderr.write(`${VIEWERS} viewers for each rate, for ${SECONDS} s …\n`);
  const rates = (Object.keys(RATES) as Rate[]).flatMap((rate) => Array<Rate>(VIEWERS).fill(rate));
  const observations = await Promise.all(rates.map((rate) => experiments.observe(rate, SECONDS * 1_000)));
  const spoken = await experiments.speak();
  await experiments.close();
  const measured = writeCompare({ seconds: SECONDS, date: new Date(), observations, spoken }, describeMachine());
  writeFileSync(PAGE, putIn(readFileSync(PAGE, 'utf8'), measured));
  process.stdout.write(`${measured}\n\nWritten to ${PAGE}.\n`);
} finally {
  if (app.exitCode === null) {
    app.kill('SIGTERM');
    await once(app, 'exit');
  }
}

/** Where the app listens, as it has said. */
async function address({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the sample app has no output');
  for await (const line of createInterface({ input: stdout })) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the sample app did not start');
}
