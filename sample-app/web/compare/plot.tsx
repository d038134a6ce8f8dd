import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { WAYS, type Rate, type Way } from '../../src/compare/compare.contract.js';
import { spreadOut } from '../plots/spread-out.js';
import { duration } from './figures.js';
import { KEPT, type Delivery, type Measurement } from './measurement.js';
import { WAY_FACTS } from './way-facts.js';

/** Milliseconds at the lower and the upper edge, and of the lines between. */
const LOW = 1;
const HIGH = 15_000;
const GRID = [1, 10, 100, 1_000, 10_000];
/** Pixels around the lines; to the right sit the birds, with their names where there is room. */
const EDGE = { left: 60, top: 16, bottom: 30 };
const NAMED = { above: 560, width: 132 };
const BIRD = 26;
/** Points that a line has at most: of more messages it shows the means. */
const POINTS = 150;
/** Marks at the points, unless there are so many that they would hide the line. */
const MARKED = 100;

/** What there is to see. */
const HINTS: Readonly<Record<Rate, string>> = {
  quiet: 'Polling asks and asks, and mostly there is nothing.',
  chat: 'Polling is late by half its interval; the others have it at once.',
  busy: 'Long polling asks again after each message, which makes it the dearest.',
};

interface PlotProps {
  readonly rate: Rate;
  readonly measurement: Measurement;
  /** Milliseconds since 1970, at the right edge. */
  readonly now: number;
}

/** When something was said, and how long it took from then until this page had it: the delay in powers of ten. */
export function Plot({ rate, measurement, now }: PlotProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [{ width, height }, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { current } = svg;
    if (current === null) return;
    const observer = new ResizeObserver(([entry]) => entry && setSize(entry.contentRect));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);

  const named = width > NAMED.above;
  const right = width - (named ? NAMED.width : BIRD + 10);
  const bottom = height - EDGE.bottom;
  const x = (said: number) => right - ((now - said) / KEPT) * (right - EDGE.left);
  const y = (delay: number) => {
    const share = Math.log(Math.min(HIGH, Math.max(LOW, delay)) / LOW) / Math.log(HIGH / LOW);
    return bottom - share * (bottom - EDGE.top);
  };
  const lines = WAYS.map((way) => ({
    way,
    points: thinned(measurement.deliveries[way].recent.filter(({ said }) => said > now - KEPT)),
  }));
  const ends = spreadOut(
    lines.flatMap(({ way, points }) => points.slice(-1).map(({ delay }) => ({ way, y: y(delay) }))),
    { gap: BIRD, top: EDGE.top, bottom },
  );

  return (
    <figure class="delays" aria-labelledby="delays-title">
      <figcaption>
        <h2 id="delays-title">Delay of each message</h2>
        <p>{HINTS[rate]}</p>
      </figcaption>
      <svg ref={svg} role="img" aria-label={description(measurement)}>
        {width > 0 && (
          <>
            <g class="grid">
              {GRID.map((ms) => (
                <g key={ms}>
                  <line x1={EDGE.left} x2={right} y1={y(ms)} y2={y(ms)} />
                  <text x={EDGE.left - 8} y={y(ms) + 4}>
                    {ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`}
                  </text>
                </g>
              ))}
              <text class="begin" x={EDGE.left} y={height - 9}>
                said a minute ago
              </text>
              <text x={right} y={height - 9}>
                now
              </text>
            </g>
            {lines.map(({ way, points }) => (
              <g key={way} data-way={way}>
                <polyline
                  points={points.map(({ said, delay }) => `${x(said).toFixed(1)},${y(delay).toFixed(1)}`).join(' ')}
                  stroke-dasharray={WAY_FACTS[way].dashes}
                />
                {points.length <= MARKED && <path class="marks" d={marks(way, points, x, y)} />}
              </g>
            ))}
            {ends.map(({ way, y }) => (
              <g key={way} data-way={way}>
                <use
                  class="bird"
                  href={`#bird-${WAY_FACTS[way].bird}`}
                  x={right + 4}
                  y={y - BIRD / 2}
                  width={BIRD}
                  height={BIRD}
                />
                {named && (
                  <text class="name" x={right + BIRD + 9} y={y + 4}>
                    {way === 'events' ? 'SSE' : WAY_FACTS[way].name}
                  </text>
                )}
              </g>
            ))}
          </>
        )}
      </svg>
    </figure>
  );
}

/** The deliveries, or where there are more than can be told apart, the means of what was said at about the same time. */
function thinned(deliveries: readonly Delivery[]): readonly Delivery[] {
  if (deliveries.length <= POINTS) return deliveries;
  const spans = new Map<number, Delivery[]>();
  for (const delivery of deliveries) {
    const span = Math.floor(delivery.said / (KEPT / POINTS));
    const others = spans.get(span);
    if (others === undefined) spans.set(span, [delivery]);
    else others.push(delivery);
  }
  return Array.from(spans.values(), (together) => ({
    said: mean(together.map(({ said }) => said)),
    delay: mean(together.map(({ delay }) => delay)),
  }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A shape for each way, drawn round each message. */
const SHAPES: Readonly<Record<Way, string>> = {
  polling: 'm-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z',
  'long-polling': 'm-3 -3h6v6h-6z',
  events: 'm0 -4l4 7h-8z',
  websocket: 'm0 -4.500l4.500 4.500l-4.500 4.500l-4.500 -4.500z',
};

function marks(
  way: Way,
  points: readonly Delivery[],
  x: (said: number) => number,
  y: (delay: number) => number,
): string {
  return points.map(({ said, delay }) => `M${x(said).toFixed(1)} ${y(delay).toFixed(1)}${SHAPES[way]}`).join('');
}

/** What the picture shows, in words. */
function description({ deliveries }: Measurement): string {
  const parts = WAYS.map((way) => {
    const { recent } = deliveries[way];
    if (recent.length === 0) return `${WAY_FACTS[way].name}: nothing yet`;
    const delays = recent.map(({ delay }) => delay);
    return `${WAY_FACTS[way].name}: ${duration(mean(delays))} on average, ${duration(Math.max(...delays))} at most`;
  });
  return `Delays of the last minute. ${parts.join('. ')}.`;
}
