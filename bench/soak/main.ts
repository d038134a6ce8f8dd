/** `npm run soak`: looks at a busy server's memory for ten minutes, or `ROOST_SOAK_SECONDS`. */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../channel.js';
import { now } from '../clock.js';
import { describeMachine } from '../machine.js';
import { readVersions } from '../versions.js';
import { flatness } from './flatness.js';
import type { SoakLoadRequests } from './load.js';
import { drawMemory } from './plot.js';
import { writeSoak, type Sample } from './report.js';
import type { SoakServerRequests } from './server.js';
import { LENGTH, ROOMS } from './sizes.js';

const SECONDS = Number(process.env['ROOST_SOAK_SECONDS'] ?? 600);
/** Seconds between two samples, of which also a shorter run needs some to tell a rise from noise. */
const EVERY = Math.min(10, SECONDS / 30);
/** Share of a core that the server is to use: a server of one thread is saturated at one. */
const HALF = 0.5;
/** Share of the run in which the rate is looked for, and milliseconds of one look. */
const SEARCH = 1 / 6;
const LOOK = 1_500;
/**
 * Shares of the mean by which memory may rise over two thirds of the run. What happens to be there when a sample is taken
 * moves it by some percent, and the process gives pages back when it likes.
 */
const MOST = { heap: 0.05, rss: 0.1 };

if (!(SECONDS >= 30)) throw new Error('ROOST_SOAK_SECONDS must be a number from 30');

const server = new Child<SoakServerRequests>('./soak/server.js', {}, ['--expose-gc']);
const load = new Child<SoakLoadRequests>('./soak/load.js', {});
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  await Promise.all([load.stop(), server.stop()]);
}

/** @returns whether memory was flat and nothing was lost or repeated */
async function soak(): Promise<boolean> {
  const began = now();
  await load.ask('start', await server.ask('listen'));
  const { rate, samples } = await watch(began);
  const [state, { tally, happened }] = await Promise.all([server.ask('state'), load.ask('sample')]);
  const heap = flatness(
    samples.map(({ at, heap }) => ({ at, bytes: heap })),
    MOST.heap,
  );
  const rss = flatness(
    samples.map(({ at, rss }) => ({ at, bytes: rss })),
    MOST.rss,
  );
  const result = { seconds: SECONDS, date: new Date(), rate, samples, heap, rss, state, tally, happened };
  writeFileSync('docs/soak.svg', drawMemory(samples));
  writeFileSync('docs/soak.md', writeSoak(result, describeMachine(), readVersions()));
  await load.ask('stop');
  const good = heap.flat && rss.flat && tally.faults === 0;
  say(`${good ? 'Memory is flat' : 'NOT GOOD'}; see docs/soak.md.\n`);
  return good;
}

/** Takes a sample now and then, while the rate is looked for and then kept. */
async function watch(began: number): Promise<{ rate: number; samples: Sample[] }> {
  const samples: Sample[] = [];
  let rate = 100;
  await publish(rate);
  for (let at = EVERY; at < SECONDS + EVERY / 2; at += EVERY) {
    const before = await Promise.all([server.ask('sample'), load.ask('sample')]);
    while (now() - began < Math.min(at, SECONDS * SEARCH) * 1_000) {
      rate *= Math.min(2, Math.max(0.5, HALF / (await cpuFor(LOOK))));
      await publish(rate);
    }
    await pause(Math.max(0, began + at * 1_000 - now()));
    const [served, loaded] = await Promise.all([server.ask('sample'), load.ask('sample')]);
    const memory = await server.ask('memory');
    const { sessions, away } = await server.ask('state');
    const sample: Sample = {
      at,
      ...memory,
      sessions,
      away,
      serverCpu: share(before[0], served),
      loadCpu: share(before[1], loaded),
      deliveries: ((loaded.tally.deliveries - before[1].tally.deliveries) * 1_000) / (loaded.at - before[1].at),
    };
    samples.push(sample);
    say(
      `${at} s: heap ${mib(sample.heap)}, RSS ${mib(sample.rss)} MiB, ${Math.round(sample.serverCpu * 100)} % of a core\n`,
    );
  }
  return { rate, samples };
}

async function publish(rate: number): Promise<void> {
  await server.ask('publish', { rate, rooms: ROOMS, length: LENGTH });
}

/** The server's share of a core, in the next milliseconds. */
async function cpuFor(ms: number): Promise<number> {
  const before = await server.ask('sample');
  await pause(ms);
  return share(before, await server.ask('sample'));
}

interface Moment {
  readonly at: number;
  readonly cpu: number;
}

function share(before: Moment, after: Moment): number {
  return (after.cpu - before.cpu) / 1_000 / (after.at - before.at);
}

function mib(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

function say(text: string): void {
  process.stderr.write(text);
}
