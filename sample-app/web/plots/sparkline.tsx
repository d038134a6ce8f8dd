/** A value at a time, in milliseconds since 1970. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface Line {
  readonly name: string;
  /** One of the ten tints. */
  readonly tint: number;
  readonly points: readonly Point[];
}

interface SparklineProps {
  /** Tells people who do not see it what it shows. */
  readonly label: string;
  readonly lines: readonly Line[];
  /** The time at the left and at the right edge. */
  readonly from: number;
  readonly to: number;
  /** The value at the upper edge where none is above. */
  readonly least?: number;
}

/** Units of the drawing, which is stretched to its place; lines keep their width. */
const WIDTH = 100;
const HEIGHT = 40;
const EDGE = 3;

/** Lines of the last while, from 0 up; a single one stands on its area. */
export function Sparkline({ label, lines, from, to, least = 1 }: SparklineProps) {
  const shown = lines.map((line) => ({ ...line, points: line.points.filter(({ at }) => at >= from) }));
  const most = Math.max(least, ...shown.flatMap(({ points }) => points.map(({ value }) => value)));
  const x = (at: number) => round(((at - from) / (to - from)) * WIDTH);
  const y = (value: number) => round(HEIGHT - EDGE - (value / most) * (HEIGHT - 2 * EDGE));
  return (
    <svg class="sparkline" role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      {shown.map(({ name, tint, points }) => {
        const [first, last] = [points[0], points.at(-1)];
        if (first === undefined || last === undefined) return undefined;
        const line = points.map(({ at, value }) => `${x(at)} ${y(value)}`).join('L');
        return (
          <g key={name} class={`tint-${tint}`}>
            {lines.length === 1 && <path class="area" d={`M${line}V${HEIGHT}H${x(first.at)}Z`} />}
            <path class="line" d={`M${line}`} />
            <path class="end" d={`M${x(last.at)} ${y(last.value)}h0.01`} />
          </g>
        );
      })}
    </svg>
  );
}

function round(units: number): number {
  return Math.round(units * 100) / 100;
}
