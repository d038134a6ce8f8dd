import { MemoryStore, type Clock, type RoostOptions, type Store } from 'nestjs-roost';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../lib/time/clock.js';

/**
 * How servers under test are set up besides what a test asks for. `ROOST_VARIANT` names it, and jest.config.mjs hands it
 * on: `window`, `compression`, `both`, `redis`, or nothing.
 */
const name = (globalThis as { ROOST_VARIANT?: string }).ROOST_VARIANT ?? '';

/** What is different. */
export const variant = {
  /** Rooms gather for 10 ms. */
  window: name === 'window' || name === 'both',
  /** Servers and clients compress everything. */
  compression: name === 'compression' || name === 'both',
  /** There are two servers that share a Redis, and whoever comes back does so to the other. */
  redis: name === 'redis',
} as const;

/** What else has to come to rest before everything is with the sockets; each test file says its own. */
export const atRest: { wait: () => Promise<void> } = { wait: async () => {} };

/** Milliseconds of the window. Nothing else waits for just as long, so that its timers are known by their fraction. */
export const WINDOW = 10 + 2 ** -10;
/** Compresses whatever becomes shorter by it; see {@link compressible}. */
export const COMPRESSION = { threshold: 1 };

/** Spaces behind the data of a message: JSON as good as without, and worth compressing. */
const PADDING = ' '.repeat(100);

/** Settles when what rooms have gathered until now is with the sockets. */
export async function gathered(): Promise<void> {
  await atRest.wait();
  // A timer that is set later and is longer fires later.
  if (variant.window) await pause(WINDOW + 1);
  // Rooms and then sockets write at the end of a turn; the network tells what it took in the next.
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}

/** Options of a server under test: those that its test gives, in this variant. */
export function varied(options: RoostOptions): RoostOptions {
  const { clock: time = systemClock, store } = options;
  return {
    ...options,
    ...(variant.window && { clock: withRealWindow(time) }),
    ...(variant.window && { fanOut: { window: WINDOW } }),
    ...(variant.compression && {
      compression: COMPRESSION,
      store: compressible(store ?? new MemoryStore({ date: () => time.date() })),
    }),
  };
}

/** A store whose messages are long enough to be compressed, and read as they were written. */
export function compressible(store: Store): Store {
  return {
    bans: store.bans,
    append: (room, draft, retention) => store.append(room, { ...draft, data: draft.data + PADDING }, retention),
    publish: (room, message) => store.publish(room, { ...message, data: message.data + PADDING }),
    retract: (...given) => store.retract(...given),
    read: (...given) => store.read(...given),
    span: (...given) => store.span(...given),
    subscribe: (...given) => store.subscribe(...given),
    elect: (...given) => store.elect(...given),
    close: () => store.close(),
  };
}

/** A test that holds time still is to hear of what its rooms have gathered all the same. */
function withRealWindow(clock: Clock): Clock {
  const windows = new Set<unknown>();
  return {
    now: () => clock.now(),
    date: () => clock.date(),
    random: () => clock.random(),
    setTimeout: (run, ms) => {
      if (ms !== WINDOW) return clock.setTimeout(run, ms);
      const timer = systemClock.setTimeout(run, ms);
      windows.add(timer);
      return timer;
    },
    clearTimeout: (timer) => (windows.delete(timer) ? systemClock : clock).clearTimeout(timer),
  };
}
