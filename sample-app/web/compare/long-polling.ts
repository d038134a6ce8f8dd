import { ask, pause } from './ask.js';
import type { Channel, Ear } from './ear.js';

/** Milliseconds to wait after a request that failed. */
const RETRY = 1_000;

/** Always has one request waiting, and asks again as soon as that is answered. */
export async function longPoll({ path, since }: Channel, ear: Ear, signal: AbortSignal): Promise<void> {
  let position = since;
  while (!signal.aborted) {
    const next = await ask(`${path}/long-polling`, position, ear, signal);
    if (next === undefined) await pause(RETRY, signal);
    else position = next;
  }
}
