import { element, picture, text } from '../report/svg.js';

const [WIDTH, HEIGHT] = [720, 220];
const [LEFT, RIGHT, HEAD] = [50, 90, 54];
const MIB = 1024 ** 2;

/** The heap and the process' memory over time, as an SVG file. */
export function drawMemory(
  samples: readonly { readonly at: number; readonly heap: number; readonly rss: number }[],
): string {
  const end = samples.at(-1)?.at ?? 1;
  const most = Math.ceil(Math.max(...samples.map(({ rss }) => rss)) / MIB / 50) * 50;
  const x = (at: number): number => LEFT + (at * (WIDTH - LEFT - RIGHT)) / end;
  const y = (bytes: number): number => HEAD + HEIGHT * (1 - bytes / MIB / most);
  const parts = [text('MiB', { x: 0, y: HEAD - 12 })];
  for (const value of [0, most / 2, most]) {
    const at = y(value * MIB);
    parts.push(
      element('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at, class: 'axis' }),
      text(String(value), { x: LEFT - 8, y: at + 4, 'text-anchor': 'end' }),
    );
  }
  for (const part of [0, 1 / 3, 2 / 3, 1]) {
    parts.push(text(`${Math.round(end * part)} s`, { x: x(end * part), y: y(0) + 20, 'text-anchor': 'middle' }));
  }
  for (const [name, label, kind] of [
    ['rss', 'RSS', 'line'],
    ['heap', 'heap in use', 'line ours'],
  ] as const) {
    const points = samples.map((sample) => `${x(sample.at).toFixed(1)},${y(sample[name]).toFixed(1)}`).join(' ');
    parts.push(
      element('polyline', { points, class: kind }),
      text(label, { x: x(end) + 10, y: y(samples.at(-1)?.[name] ?? 0) + 4, class: 'value' }),
    );
  }
  return picture(WIDTH, HEAD + HEIGHT + 34, 'Memory of the server, with the garbage collected', parts);
}
