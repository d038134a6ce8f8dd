import type { PresenceMember } from 'nestjs-roost/client';
import type { Flight, Place } from '../../src/game/game.contract.js';
import { birdPicture } from '../../src/people/bird.js';
import { html } from '../../src/view/html.js';
import { byId, nodes, within } from '../dom.js';
import type { Me } from '../site/visitor.js';

/** Seconds in which a bird makes most of the way to where it was last seen. */
const GLIDE = 0.08;
/** Arenas a second above which a bird flaps. */
const FLAPPING = 0.02;

interface Bird {
  readonly element: HTMLElement;
  /** Where it was last seen, and where it is drawn: nowhere, until it was seen. */
  seen?: Place;
  drawn?: Place;
}

/** Draws the birds: who is here is the room's presence, where they are is told apart from it. */
export class Flock {
  readonly #list = byId('flock');
  readonly #birds = new Map<string, Bird>();
  /** Of those that presence has not told of yet. */
  #early = new Map<string, Place>();
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');

  constructor(private readonly me: Me) {}

  show(members: readonly PresenceMember[]): void {
    const ids = new Set(members.map(({ id }) => id));
    for (const [id, { element }] of this.#birds) {
      if (ids.has(id)) continue;
      element.remove();
      this.#birds.delete(id);
    }
    for (const { id, user, away } of members) {
      const { classList } = (this.#birds.get(id) ?? this.#hatch(id, user?.name ?? 'Somebody')).element;
      classList.toggle('own', this.me.ids.has(id));
      classList.toggle('asleep', away ?? false);
    }
    this.#early.clear();
  }

  sees({ id, x, y }: Flight): void {
    const bird = this.#birds.get(id);
    if (bird) bird.seen = { x, y };
    else this.#early.set(id, { x, y });
  }

  /** @param own where the person's own bird is: ahead of what the server knows */
  draw(own: Place, seconds: number): void {
    const { width, height } = this.#list.getBoundingClientRect();
    for (const [id, bird] of this.#birds) {
      const isOwn = this.me.ids.has(id);
      const goal = isOwn ? own : bird.seen;
      if (goal === undefined) continue;
      const from = bird.drawn ?? goal;
      // Without motion a bird is where it is.
      const share = isOwn || this.#calm.matches ? 1 : 1 - Math.exp(-seconds / GLIDE);
      const to = { x: from.x + (goal.x - from.x) * share, y: from.y + (goal.y - from.y) * share };
      const moved = { x: to.x - from.x, y: to.y - from.y };
      const { element } = bird;
      bird.drawn = to;
      element.hidden = false;
      element.style.transform = `translate(${(to.x * width).toFixed(1)}px, ${(to.y * height).toFixed(1)}px)`;
      element.classList.toggle('flying', Math.hypot(moved.x, moved.y) > FLAPPING * seconds);
      if (Math.abs(moved.x) > 0.0003) element.classList.toggle('left', moved.x < 0);
    }
  }

  #hatch(id: string, name: string): Bird {
    this.#list.append(nodes(html`<li hidden>${birdPicture(name)}<span dir="auto">${name}</span></li>`));
    const seen = this.#early.get(id);
    const bird = { element: within(this.#list, ':scope > :last-child', HTMLElement), ...(seen && { seen }) };
    this.#birds.set(id, bird);
    return bird;
  }
}
