import { WINDOW, type Trip } from './round-trips.js';

/** Milliseconds without a trip that part a line in two. */
const PAUSE = 1_600;
/** Of the drawing; it is stretched to its place. */
const WIDTH = 600;
const HEIGHT = 100;
/** Upper edges of the plot, in milliseconds: the least that has room for all. */
const EDGES = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/** How long each trip of the last half minute took. What it shows is also told in numbers, beside it. */
export function TripsPlot({ tcp, udp }: { tcp: readonly Trip[]; udp: readonly Trip[] }) {
  const all = [...tcp, ...udp];
  const now = Math.max(0, ...all.map(({ at }) => at));
  const highest = Math.max(0, ...all.map(({ took = 0 }) => took));
  const edge = EDGES.find((edge) => edge >= highest) ?? highest;
  const x = (at: number) => WIDTH * (1 - (now - at) / WINDOW);
  const y = (took: number) => HEIGHT * (1 - took / edge);
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
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="grid" d={`M0 0.500H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} />
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
      <p class="scale" aria-hidden="true">
        <span>{edge} ms</span>
        <span>{edge / 2} ms</span>
        <span>0</span>
      </p>
      <figcaption>
        <span class="tcp">TCP, by way of the server</span>
        <span class="udp">UDP, straight</span>
        <span class="ago">the last 30 s</span>
      </figcaption>
    </figure>
  );
}
