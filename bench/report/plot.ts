import type { BarPlot, LinePlot } from './findings.js';
import { classOf, element, picture, text } from './svg.js';
import { writeNumber } from './text.js';

const WIDTH = 720;
/** Height of the title, and of what stands below a plot. */
const HEAD = 34;
const FOOT = 30;
const LINE_HEIGHT = 16;

/** A plot as an SVG file. */
export function drawPlot(plot: BarPlot | LinePlot): string {
  return plot.kind === 'bars' ? drawBars(plot) : drawLines(plot);
}

function drawBars({ title, unit, bars }: BarPlot): string {
  const row = 30;
  const left = 210;
  const sorted = [...bars].sort((a, b) => a.spread.median - b.spread.median);
  const most = Math.max(...bars.map(({ spread }) => spread.max));
  const scale = (WIDTH - left - 70) / most;
  const parts = sorted.flatMap(({ label, spread: { median, min, max } }, index) => {
    const y = HEAD + index * row;
    const middle = y + 10;
    return [
      text(label, { x: left - 10, y: y + 15, 'text-anchor': 'end' }),
      element('rect', {
        x: left,
        y,
        width: Math.max(1, median * scale),
        height: 20,
        rx: 3,
        class: classOf('bar', label),
      }),
      element('line', { x1: left + min * scale, x2: left + max * scale, y1: middle, y2: middle, class: 'range' }),
      text(writeShort(median), { x: left + max * scale + 8, y: y + 15, class: 'value' }),
    ];
  });
  const bottom = HEAD + bars.length * row;
  parts.push(text(unit, { x: left, y: bottom + 14 }));
  return picture(WIDTH, bottom + FOOT, title, parts);
}

function drawLines({ title, unit, sizes, sizeName, lines }: LinePlot): string {
  const height = 240;
  const [left, right] = [50, 210];
  const most = niceAbove(Math.max(...lines.flatMap(({ points }) => points.map(({ max }) => max))));
  const x = (index: number) => left + (index * (WIDTH - left - right)) / Math.max(1, sizes.length - 1);
  const y = (value: number) => HEAD + 20 + height * (1 - value / most);
  const parts = [text(unit, { x: 0, y: HEAD + 8 })];
  for (const value of [0, most / 2, most]) {
    parts.push(
      element('line', { x1: left, x2: WIDTH - right, y1: y(value), y2: y(value), class: 'axis' }),
      text(String(value), { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }),
    );
  }
  sizes.forEach((size, index) => {
    parts.push(text(String(size), { x: x(index), y: y(0) + 20, 'text-anchor': 'middle' }));
  });
  parts.push(text(sizeName, { x: WIDTH - right + 20, y: y(0) + 20 }));
  for (const { label, points } of lines) {
    const way = points.map(({ median }, index) => `${x(index)},${y(median)}`).join(' ');
    parts.push(element('polyline', { points: way, class: classOf('line', label) }));
    points.forEach(({ median, min, max }, index) => {
      parts.push(
        element('line', { x1: x(index), x2: x(index), y1: y(min), y2: y(max), class: 'range' }),
        element('circle', { cx: x(index), cy: y(median), r: 4, class: classOf('dot', label) }),
      );
    });
  }
  // Names stand where their lines end, or below the one above.
  const ends = lines.map(({ label, points }) => ({ label, end: y(points.at(-1)?.median ?? 0) + 4 }));
  let lowest = 0;
  for (const { label, end } of ends.sort((a, b) => a.end - b.end)) {
    lowest = Math.max(end, lowest + LINE_HEIGHT);
    parts.push(text(label, { x: x(sizes.length - 1) + 12, y: lowest, class: 'value' }));
  }
  return picture(WIDTH, HEAD + 20 + height + FOOT, title, parts);
}

/** The next number that is easy to halve and to read. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function writeShort(value: number): string {
  return writeNumber(value, value >= 100 ? 0 : 2);
}
