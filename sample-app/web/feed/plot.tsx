import { useEffect, useRef, useState } from 'preact/hooks';
import { BIRDS } from '../../src/feed/feed.contract.js';
import { spreadOut } from '../plots/spread-out.js';
import { bird as drawing, tintOf } from '../site/bird.js';
import { Standstill } from '../site/standstill.js';
import { SECONDS, type Feed } from './feed.js';

/** Metres between two lines of the grid. */
const GRID = 10;
/** Pixels around the lines; to the right sit the birds, with their names where there is room. */
const EDGE = { left: 56, top: 18, bottom: 32 };
const NAMED = { above: 560, width: 92 };
const BIRD = 28;

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
  const { perSecond } = feed;
  return (
    <figure class="plot" aria-labelledby="plot-title">
      <figcaption>
        <h2 id="plot-title">The last {SECONDS} seconds</h2>
        <p>{perSecond.value > 0 && `${perSecond.value} values a second, and this page asks for none of them.`}</p>
      </figcaption>
      <div class="sheet">
        <svg ref={svg} id="plot" role="img" aria-label={description(feed)}>
          {width > 0 && <Lines feed={feed} width={width} height={height} />}
        </svg>
        <Standstill
          visitor={feed.visitor}
          waiting={feed.heights.value.size === 0 ? (feed.refusal.value ?? 'Waiting for the birds') : undefined}
          away="No connection: the birds fly on without you."
        />
      </div>
    </figure>
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
  const named = width > NAMED.above;
  const right = width - (named ? NAMED.width : BIRD + 10);
  const bottom = height - EDGE.bottom;
  const x = (ts: number) => right - ((now - ts) / 1_000 / SECONDS) * (right - EDGE.left);
  const y = (metres: number) => EDGE.top + ((high - metres) / (high - low)) * (bottom - EDGE.top);

  const grid: number[] = [];
  for (let metres = Math.ceil(low / GRID) * GRID; metres < high; metres += GRID) grid.push(metres);
  const ends = spreadOut(
    lines.flatMap(({ bird, points }) => points.slice(-1).map(({ metres }) => ({ bird, y: y(metres) }))),
    { gap: named ? BIRD * 0.8 : BIRD * 0.65, top: EDGE.top, bottom },
  );
  return (
    <>
      {grid.map((metres) => (
        <g key={metres}>
          <line x1={EDGE.left} x2={right} y1={y(metres)} y2={y(metres)} />
          <text x={EDGE.left - 8} y={y(metres) + 4}>
            {metres} m
          </text>
        </g>
      ))}
      <text class="begin" x={EDGE.left} y={height - 10}>
        {SECONDS} s ago
      </text>
      <text x={right} y={height - 10}>
        now
      </text>
      {lines.map(({ bird, points }) => (
        <polyline
          key={bird}
          class={tintOf(bird)}
          data-bird={bird}
          points={points.map(({ ts, metres }) => `${x(ts).toFixed(1)},${y(metres).toFixed(1)}`).join(' ')}
        />
      ))}
      {ends.map(({ bird, y }) => (
        <g key={bird}>
          <use
            class={`bird ${tintOf(bird)}`}
            href={`#bird-${drawing(bird).shape}`}
            x={right + 4}
            y={y - BIRD / 2}
            width={BIRD}
            height={BIRD}
          />
          {named && (
            <text class="name" x={right + BIRD + 10} y={y + 4}>
              {bird}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** What the picture shows, in words. */
function description({ heights }: Feed): string {
  const parts = BIRDS.flatMap((bird) => {
    const points = heights.value.get(bird) ?? [];
    const metres = points.map((point) => point.metres);
    const [low, high] = [Math.min(...metres), Math.max(...metres)].map(Math.round);
    return points.length === 0 ? [] : `${bird} between ${low} and ${high} m`;
  });
  return `Heights of the last ${SECONDS} seconds, one line for each bird. ${parts.join(', ')}`;
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
