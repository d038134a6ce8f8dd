import { bird, tintOf } from '../site/bird.js';

const WIDTH = 640;
const HEIGHT = 360;
/** Pictures a second: enough for a bird that mostly sits. */
const RATE = 10;
/** Pixels of the picture for one of the drawing, which has 48 each way and stands on its lower edge. */
const SCALE = 4.5;
/** Milliseconds between two blinks, and of one. */
const BLINK = { every: 4_000, length: 200 };

const SVG = 'http://www.w3.org/2000/svg';

interface Shape {
  readonly path: Path2D;
  readonly fill: string;
  readonly stroke: string;
  /** Height of its middle, where it is an eye. */
  readonly eye: number | undefined;
}

/** Stands in for a camera: somebody's bird on the wire, drawn a few times a second. */
export class BirdPicture {
  readonly track: MediaStreamTrack;
  readonly #context: CanvasRenderingContext2D;
  readonly #shapes: readonly Shape[];
  readonly #still = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(name: string) {
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const context = canvas.getContext('2d');
    const [track] = canvas.captureStream(RATE).getVideoTracks();
    if (context === null || track === undefined) throw new Error('this browser draws no pictures to be sent');
    this.#context = context;
    this.#shapes = shapesOf(name);
    this.track = track;
    this.#draw();
    // Frames of the page would not come while it is hidden.
    this.#timer = setInterval(() => this.#draw(), 1_000 / RATE);
  }

  close(): void {
    clearInterval(this.#timer);
    this.track.stop();
  }

  #draw(): void {
    const context = this.#context;
    const style = getComputedStyle(document.documentElement);
    const sky = context.createLinearGradient(0, 0, 0, HEIGHT);
    sky.addColorStop(0, style.getPropertyValue('--sky-top'));
    sky.addColorStop(1, style.getPropertyValue('--sky-low'));
    context.fillStyle = sky;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    const wire = HEIGHT * 0.82;
    context.fillStyle = style.getPropertyValue('--wire');
    context.fillRect(0, wire - 2, WIDTH, 4);

    const now = performance.now();
    const moving = !this.#still.matches;
    const blinks = moving && now % BLINK.every < BLINK.length;
    // It breathes.
    const breath = moving ? 1 + Math.sin(now / 700) * 0.012 : 1;
    context.save();
    context.translate(WIDTH / 2, wire);
    context.scale(SCALE, SCALE * breath);
    context.translate(-24, -48);
    for (const shape of this.#shapes) this.#fill(shape, blinks);
    context.restore();
  }

  #fill({ path, fill, stroke, eye }: Shape, blinks: boolean): void {
    const context = this.#context;
    context.save();
    if (eye !== undefined && blinks) {
      context.translate(0, eye * 0.85);
      context.scale(1, 0.15);
    }
    context.fillStyle = fill;
    context.fill(path);
    if (stroke !== 'none') {
      context.strokeStyle = stroke;
      context.lineWidth = 2;
      context.stroke(path);
    }
    context.restore();
  }
}

/** The page's own drawing of the bird, in the colours that its styles give it. */
function shapesOf(name: string): Shape[] {
  const drawn = document.createElementNS(SVG, 'svg');
  drawn.setAttribute('class', `bird unseen ${tintOf(name)}`);
  const symbol = document.getElementById(`bird-${bird(name).shape}`);
  drawn.append(...Array.from(symbol?.children ?? [], (child) => child.cloneNode(true)));
  document.body.append(drawn);
  const shapes = Array.from(drawn.children, (element): Shape => {
    const { fill, stroke } = getComputedStyle(element);
    const eye = element.classList.contains('eye') ? Number(element.getAttribute('cy')) : undefined;
    return { path: pathOf(element), fill: fill === 'none' ? 'transparent' : fill, stroke, eye };
  });
  drawn.remove();
  return shapes;
}

function pathOf(element: Element): Path2D {
  if (element instanceof SVGPathElement) return new Path2D(element.getAttribute('d') ?? '');
  const path = new Path2D();
  const [x = 0, y = 0, radius = 0] = ['cx', 'cy', 'r'].map((name) => Number(element.getAttribute(name)));
  path.arc(x, y, radius, 0, 2 * Math.PI);
  return path;
}
