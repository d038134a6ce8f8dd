import type { Place } from '../../src/game/game.contract.js';

/** Arenas that a bird crosses in a second, at most. */
const SPEED = 0.7;
/** How fast it nears what it flies after: shares of the way in a second. */
const EAGERNESS = 5;

const KEYS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  KeyD: [1, 0],
  KeyW: [0, -1],
  KeyS: [0, 1],
};

/** Flies the person's own bird: after the pointer or a finger, or by the keys. */
export class Pilot {
  place: Place = { x: 0.2 + 0.6 * Math.random(), y: 0.2 + 0.3 * Math.random() };
  #goal: Place | undefined;
  readonly #pressed = new Set<string>();

  /** @param flock covers the places from 0 to 1 */
  constructor(arena: HTMLElement, flock: HTMLElement) {
    const follow = ({ clientX, clientY }: PointerEvent) => {
      const { left, top, width, height } = flock.getBoundingClientRect();
      this.#goal = { x: within01((clientX - left) / width), y: within01((clientY - top) / height) };
    };
    arena.addEventListener('pointermove', follow);
    arena.addEventListener('pointerdown', follow);
    addEventListener('keydown', (event) => {
      const busy = event.target instanceof Element && event.target.closest('dialog, input') !== null;
      if (!(event.code in KEYS) || busy || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#pressed.add(event.code);
      this.#goal = undefined;
    });
    addEventListener('keyup', ({ code }) => this.#pressed.delete(code));
    addEventListener('blur', () => this.#pressed.clear());
  }

  /** @returns where the bird is after so many seconds more */
  fly(seconds: number): Place {
    const { x, y } = this.place;
    const [vx, vy] = this.#velocity();
    const speed = Math.hypot(vx, vy);
    const way = (speed > SPEED ? SPEED / speed : 1) * seconds;
    this.place = { x: within01(x + vx * way), y: within01(y + vy * way) };
    return this.place;
  }

  #velocity(): readonly [x: number, y: number] {
    if (this.#goal) {
      return [(this.#goal.x - this.place.x) * EAGERNESS, (this.#goal.y - this.place.y) * EAGERNESS];
    }
    const pressed = [...this.#pressed].map((code) => KEYS[code] ?? [0, 0]);
    return [pressed.reduce((sum, [x]) => sum + x, 0) * SPEED, pressed.reduce((sum, [, y]) => sum + y, 0) * SPEED];
  }
}

function within01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
