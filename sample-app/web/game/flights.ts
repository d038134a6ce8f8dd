import type { Flight, Place } from '../../src/game/game.contract.js';

/** Seconds in which a bird makes most of the way to where it was last seen. */
const GLIDE = 0.08;
/** Arenas a second above which a bird flaps. */
const FLAPPING = 0.02;

/** Where the birds are, told apart from who is here: it changes with each frame, and only moves what is drawn. */
export class Flights {
  readonly #seen = new Map<string, Place>();
  #drawn = new Map<string, Place>();
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');

  sees({ id, x, y }: Flight): void {
    this.#seen.set(id, { x, y });
  }

  /** Forgets where all but these were. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#seen.keys()) {
      if (!ids.has(id)) this.#seen.delete(id);
    }
  }

  /**
   * @param flock what the birds stand in: elements with a `data-id`, and the class `own` where it is the person's
   * @param own where the person's own bird is: ahead of what the server knows
   */
  draw(flock: HTMLElement, own: Place, seconds: number): void {
    const { width, height } = flock.getBoundingClientRect();
    const drawn = new Map<string, Place>();
    for (const element of flock.querySelectorAll<HTMLElement>('[data-id]')) {
      const id = element.dataset['id'] ?? '';
      const isOwn = element.classList.contains('own');
      const goal = isOwn ? own : this.#seen.get(id);
      if (goal === undefined) continue;
      const from = this.#drawn.get(id) ?? goal;
      // Without motion a bird is where it is.
      const share = isOwn || this.#calm.matches ? 1 : 1 - Math.exp(-seconds / GLIDE);
      const to = { x: from.x + (goal.x - from.x) * share, y: from.y + (goal.y - from.y) * share };
      const moved = { x: to.x - from.x, y: to.y - from.y };
      drawn.set(id, to);
      element.hidden = false;
      element.style.transform = `translate(${(to.x * width).toFixed(1)}px, ${(to.y * height).toFixed(1)}px)`;
      element.toggleAttribute('data-flying', Math.hypot(moved.x, moved.y) > FLAPPING * seconds);
      if (Math.abs(moved.x) > 0.0003) element.toggleAttribute('data-left', moved.x < 0);
    }
    this.#drawn = drawn;
  }
}
