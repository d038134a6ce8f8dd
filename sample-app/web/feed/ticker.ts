import { birdPicture } from '../../src/people/bird.js';
import { BIRDS, type Bird, type Height, type Score } from '../../src/feed/feed.contract.js';
import { html } from '../../src/view/html.js';
import { byId, nodes, within } from '../dom.js';

/** Metres climbed in a round that fill the meter. */
const CLIMB = 15;

const METRES = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const GAIN = new Intl.NumberFormat('en-GB', { ...METRES.resolvedOptions(), signDisplay: 'always' });

/** How high each bird is, and how far it has come in this round. */
export class Ticker {
  readonly #rows: Readonly<Record<Bird, Element>>;
  readonly #heights = new Map<Bird, number>();
  #from: Score['from'] | undefined;

  constructor() {
    const list = byId('ticker');
    list.append(
      nodes(
        BIRDS.map(
          (bird) =>
            html`<li data-bird="${bird}">
              ${birdPicture(bird)}<b>${bird}</b>
              <span class="metres">–</span>
              <span class="gain"></span>
              <meter min="0" max="${CLIMB}" value="0" aria-label="${bird}, climbed in this round"></meter>
            </li>`,
        ),
      ),
    );
    const rows = [...list.children].map((row, i) => [BIRDS[i], row]);
    this.#rows = Object.fromEntries(rows) as Record<Bird, Element>;
  }

  /** A round begins. */
  begin({ from }: Score): void {
    this.#from = from;
    for (const bird of BIRDS) this.#draw(bird);
  }

  show({ bird, metres }: Height): void {
    this.#heights.set(bird, metres);
    this.#draw(bird);
  }

  #draw(bird: Bird): void {
    const metres = this.#heights.get(bird);
    if (metres === undefined) return;
    const row = this.#rows[bird];
    within(row, '.metres', HTMLElement).textContent = `${METRES.format(metres)} m`;
    if (this.#from === undefined) return;
    const gain = metres - this.#from[bird];
    const text = within(row, '.gain', HTMLElement);
    text.textContent = GAIN.format(gain);
    text.classList.toggle('down', gain < 0);
    within(row, 'meter', HTMLMeterElement).value = Math.max(0, gain);
  }
}
