import { it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { play } from './run.js';
it('x', async () => {
  const [steps] = JSON.parse(readFileSync('/tmp/wt4/ce.json', 'utf8'));
  const f = await play(steps);
  process.stdout.write(JSON.stringify(f) + '\n');
});
