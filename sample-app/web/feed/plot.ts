import { BIRDS, type Bird, type Height } from '../../src/feed/feed.contract.js';
import { bird as drawing } from '../../src/people/bird.js';
import { html, type Html } from '../../src/view/html.js';
import { nodes, within } from '../dom.js';

const SECONDS = 30;
/** Metres between two lines of the grid. */
const GRID = 10;
/** Pixels around the lines: for the metres to the left, for the birds to the right. */
const EDGE = { left: 56, right: 40, top: 18, bottom: 14 };

interface Point {
  readonly ts: number;
  readonly metres: number;
}

/** Draws the heights of the last seconds, by the server's clock: lines that end in their birds. */
export class Plot {
  readonly #svg = within(document, '#plot', SVGSVGElement);
  readonly #points = new Map<Bird, readonly Point[]>(BIRDS.map((bird) => [bird, []]));
  /** Metres at the lower and the upper edge; they move gently. */
  #range = { low: 80, high: 120 };
  #awaited = false;

  constructor() {
    this.#svg.append(
      ...shapes(
        html`<g class="grid"></g>
          ${BIRDS.map((bird) => html`<polyline class="tint-${drawing(bird).tint}" data-bird="${bird}" />`)}
          ${BIRDS.map((bird) => {
            const { shape, tint } = drawing(bird);
            return html`<use
              class="bird tint-${tint}"
              data-bird="${bird}"
              href="#bird-${shape}"
              width="30"
              height="30"
            />`;
          })}`,
      ),
    );
    new ResizeObserver(() => this.#later()).observe(this.#svg);
  }

  add({ bird, metres }: Height, ts: number): void {
    const points = this.#points.get(bird)?.filter((point) => point.ts > ts - SECONDS * 1_000) ?? [];
    this.#points.set(bird, [...points, { ts, metres }]);
    this.#later();
  }

  /** Values that come together are drawn together. */
  #later(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    requestAnimationFrame(() => {
      this.#awaited = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { width, height } = this.#svg.getBoundingClientRect();
    const all = [...this.#points.values()].flat();
    if (all.length === 0 || width === 0) return;
    const now = Math.max(...all.map(({ ts }) => ts));
    this.#widen(all.map(({ metres }) => metres));
    const { low, high } = this.#range;
    const x = (ts: number) => width - EDGE.right - ((now - ts) / 1_000 / SECONDS) * (width - EDGE.left - EDGE.right);
    const y = (metres: number) => EDGE.top + ((high - metres) / (high - low)) * (height - EDGE.top - EDGE.bottom);

    const grid: number[] = [];
    for (let metres = Math.ceil(low / GRID) * GRID; metres < high; metres += GRID) grid.push(metres);
    within(this.#svg, '.grid', SVGGElement).replaceChildren(
      ...grid.flatMap((metres) =>
        shapes(
          html`<line x1="${EDGE.left}" x2="${width - EDGE.right}" y1="${y(metres)}" y2="${y(metres)}" />
            <text x="${EDGE.left - 8}" y="${y(metres) + 4}">${metres} m</text>`,
        ),
      ),
    );
    for (const [bird, points] of this.#points) {
      const last = points.at(-1);
      if (last === undefined) continue;
      const line = points.map(({ ts, metres }) => `${x(ts).toFixed(1)},${y(metres).toFixed(1)}`).join(' ');
      within(this.#svg, `polyline[data-bird=${bird}]`, SVGPolylineElement).setAttribute('points', line);
      const end = within(this.#svg, `use[data-bird=${bird}]`, SVGUseElement);
      end.setAttribute('x', String(x(last.ts) + 2));
      end.setAttribute('y', String(y(last.metres) - 17));
    }
  }

  #widen(metres: readonly number[]): void {
    const low = Math.min(...metres) - 3;
    const high = Math.max(...metres, low + 30) + 3;
    const towards = (from: number, to: number) => from + (to - from) * 0.15;
    this.#range = {
      low: Math.min(towards(this.#range.low, low), low + 2),
      high: Math.max(towards(this.#range.high, high), high - 2),
    };
  }
}

/** Elements of SVG, which are none outside of one. */
function shapes(content: Html): Element[] {
  return [...within(nodes(html`<svg>${content}</svg>`), 'svg', SVGSVGElement).children];
}
