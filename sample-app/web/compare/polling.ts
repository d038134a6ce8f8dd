import { ask, pause } from './ask.js';
import type { Channel, Ear } from './ear.js';

/** Asks at fixed times, whether there is something or not. */
export async function poll({ path, since, every }: Channel, ear: Ear, signal: AbortSignal): Promise<void> {
  let position = since;
  while (!signal.aborted) {
    const next = performance.now() + every;
    position = (await ask(`${path}/polling`, position, ear, signal)) ?? position;
    await pause(next - performance.now(), signal);
  }
}
