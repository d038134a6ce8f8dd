import { birdPicture } from '../../src/people/bird.js';
import { byId, nodes } from '../dom.js';
import { fields, type RecordedFrame, type Recorder } from '../inspector/recorder.js';

/** Frames on the wire at a time; more are not drawn. */
const MOST = 40;

/** Draws the frames as they fly: to the server below the wire, from it above. */
export class Flight {
  readonly #wire = byId('flight');
  #flying = 0;

  constructor(recorder: Recorder) {
    recorder.onFrame((frame) => frame && this.#fly(frame));
  }

  /** Who sits at the near end. */
  perch(name: string): void {
    byId('near').replaceChildren(nodes(birdPicture(name)));
  }

  #fly({ direction, opcode, content }: RecordedFrame): void {
    if (opcode === 'upgrade' || this.#flying >= MOST || document.hidden) return;
    const dot = document.createElement('i');
    const { op } = fields(content);
    dot.className = `${direction}${op === 'ping' || op === 'pong' || opcode !== 'text' ? ' small' : ''}`;
    this.#flying++;
    const land = () => {
      dot.remove();
      this.#flying--;
    };
    dot.addEventListener('animationend', land, { once: true });
    dot.addEventListener('animationcancel', land, { once: true });
    this.#wire.append(dot);
  }
}
