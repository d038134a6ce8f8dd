import { defer, map, repeat, timer, type Observable } from 'rxjs';
import type { Said } from './compare.contract.js';
import { RATES, type Rate } from './compare.contract.js';

const LINES: readonly Said[] = [
  { from: 'Wendelin', text: 'Two redstarts on the fence this morning.' },
  { from: 'Ada', text: 'Jealous. Here it is only the neighbour’s cat.' },
  { from: 'Kofi', text: 'Starlings over the harbour, half past seven. Come and see.' },
  { from: 'Mirja', text: 'On my way!' },
  { from: 'Ole', text: 'Has anybody got a spare pair of binoculars?' },
  { from: 'Ada', text: 'I bring two.' },
  { from: 'Wendelin', text: 'They are all in the reeds now, and it is quiet.' },
];

/** People who talk. Their pauses differ by up to a half, so that no clock of a client's falls in step with them. */
export function talk(rate: Rate): Observable<Said> {
  return defer(() => timer(RATES[rate] * (0.5 + Math.random()))).pipe(
    repeat(),
    map((_tick, i) => LINES[i % LINES.length] as Said),
  );
}
