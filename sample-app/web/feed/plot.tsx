import { useEffect, useRef, useState } from 'preact/hooks';
import { BIRDS } from '../../src/feed/feed.contract.js';
import { bird as drawing, tintOf } from '../site/bird.js';
import { SECONDS, type Feed } from './feed.js';

/** Metres between two lines of the grid. */
const GRID = 10;
/** Pixels around the lines: for the metres to the left, for the birds to the right. */
const EDGE = { left: 56, right: 40, top: 18, bottom: 14 };

/** The heights of the last seconds, by the server's clock: lines that end in their birds. */
export function Plot({ feed }: { feed: Feed }) {
  const svg = useRef<SVGSVGElement>(null);
  const [{ width, height }, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const { current } = svg;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => setSize(current.getBoundingClientRect()));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="plot" aria-labelledby="plot-title">
      <h2 id="plot-title">The last 30 seconds</h2>
      <svg ref={svg} id="plot" role="img" aria-label="Heights of the last 30 seconds, one line for each bird">
        {width > 0 && <Lines feed={feed} width={width} height={height} />}
      </svg>
    </section>
  );
}

function Lines({ feed, width, height }: { feed: Feed; width: number; height: number }) {
  const range = useRef({ low: 80, high: 120 });
  const lines = BIRDS.map((bird) => ({ bird, points: feed.heights.value.get(bird) ?? [] }));
  const all = lines.flatMap(({ points }) => points);
  if (all.length === 0) return null;
  const now = Math.max(...all.map(({ ts }) => ts));
  range.current = widened(
    range.current,
    all.map(({ metres }) => metres),
  );
  const { low, high } = range.current;
  const x = (ts: number) => width - EDGE.right - ((now - ts) / 1_000 / SECONDS) * (width - EDGE.left - EDGE.right);
  const y = (metres: number) => EDGE.top + ((high - metres) / (high - low)) * (height - EDGE.top - EDGE.bottom);

  const grid: number[] = [];
  for (let metres = Math.ceil(low / GRID) * GRID; metres < high; metres += GRID) grid.push(metres);
  return (
    <>
      {grid.map((metres) => (
        <g key={metres}>
          <line x1={EDGE.left} x2={width - EDGE.right} y1={y(metres)} y2={y(metres)} />
          <text x={EDGE.left - 8} y={y(metres) + 4}>
            {metres} m
          </text>
        </g>
      ))}
      {lines.map(({ bird, points }) => (
        <polyline
          key={bird}
          class={tintOf(bird)}
          data-bird={bird}
          points={points.map(({ ts, metres }) => `${x(ts).toFixed(1)},${y(metres).toFixed(1)}`).join(' ')}
        />
      ))}
      {lines.map(({ bird, points }) => {
        const last = points.at(-1);
        if (last === undefined) return null;
        return (
          <use
            key={bird}
            class={`bird ${tintOf(bird)}`}
            href={`#bird-${drawing(bird).shape}`}
            x={x(last.ts) + 2}
            y={y(last.metres) - 17}
            width="30"
            height="30"
          />
        );
      })}
    </>
  );
}

/** Metres at the lower and the upper edge; they move gently. */
interface Range {
  readonly low: number;
  readonly high: number;
}

function widened(range: Range, metres: readonly number[]): Range {
  const low = Math.min(...metres) - 3;
  const high = Math.max(...metres, low + 30) + 3;
  const towards = (from: number, to: number) => from + (to - from) * 0.15;
  return {
    low: Math.min(towards(range.low, low), low + 2),
    high: Math.max(towards(range.high, high), high - 2),
  };
}
