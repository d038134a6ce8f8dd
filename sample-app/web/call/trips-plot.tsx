import { WINDOW, type Trip } from './round-trips.js';

/** Milliseconds without a trip that part a line in two. */
const PAUSE = 1_600;
/** Of the drawing; it is stretched to its place. */
const WIDTH = 600;
const HEIGHT = 100;
/** Powers of ten of milliseconds that are plotted at least: from 1 ms to 100 ms. */
const LEAST = { low: 0, high: 2 };
/** The shortest trip that a page's clock tells from none, in milliseconds. */
const SHORTEST = 0.1;

/**
 * How long each trip of the last half minute took, by powers of ten: one that took long leaves the others readable. What
 * it shows is also told in numbers, beside it.
 */
export function TripsPlot({ tcp, udp }: { tcp: readonly Trip[]; udp: readonly Trip[] }) {
  const all = [...tcp, ...udp];
  const now = Math.max(0, ...all.map(({ at }) => at));
  const powers = all.flatMap(({ took }) => (took === undefined ? [] : power(took)));
  const low = Math.floor(Math.min(LEAST.low, ...powers));
  const high = Math.ceil(Math.max(LEAST.high, ...powers));
  const lines = Array.from({ length: high - low + 1 }, (_, i) => high - i);
  const x = (at: number) => WIDTH * (1 - (now - at) / WINDOW);
  const level = (power: number) => HEIGHT * (1 - (power - low) / (high - low));
  const y = (took: number) => level(power(took));
  const path = (trips: readonly Trip[]) =>
    trips
      .map(({ at, took }, i) => {
        if (took === undefined) return '';
        const before = trips[i - 1];
        const goesOn = before?.took !== undefined && at - before.at < PAUSE;
        return `${goesOn ? 'L' : 'M'}${x(at).toFixed(1)} ${y(took).toFixed(1)}`;
      })
      .join('');
  return (
    <figure class="trips" aria-label="Round trips of the last 30 seconds; the numbers above sum them up">
      <p class="scale" aria-hidden="true">
        {lines.map((power) => (
          <span key={power}>{10 ** power} ms</span>
        ))}
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="grid" d={lines.map((power) => `M0 ${level(power)}H${WIDTH}`).join('')} />
        <path class="tcp" d={path(tcp)} />
        <path class="udp" d={path(udp)} />
        <path
          class="udp lost"
          d={udp
            .filter(({ took }) => took === undefined)
            .map(({ at }) => `M${x(at).toFixed(1)} 0v8`)
            .join('')}
        />
      </svg>
      <figcaption>
        <span class="tcp">TCP, by way of the server</span>
        <span class="udp">UDP, straight</span>
        <span class="ago">the last 30 s</span>
      </figcaption>
    </figure>
  );
}

function power(took: number): number {
  return Math.log10(Math.max(SHORTEST, took));
}
