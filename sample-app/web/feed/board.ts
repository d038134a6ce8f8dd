import { BIRDS, type Score } from '../../src/feed/feed.contract.js';
import { birdPicture } from '../../src/people/bird.js';
import { html } from '../../src/view/html.js';
import { byId, nodes } from '../dom.js';

/** Who has won how many rounds, the most first. */
export class Board {
  readonly #list = byId('scores');
  readonly #round = byId('round');

  show({ round, points, winner }: Score): void {
    const order = [...BIRDS].sort((a, b) => points[b] - points[a]);
    this.#list.replaceChildren(
      nodes(
        order.map(
          (bird) =>
            html`<li data-bird="${bird}" class="${bird === winner ? 'winner' : ''}">
              ${birdPicture(bird)}<b>${bird}</b><span class="points">${points[bird]}</span>
            </li>`,
        ),
      ),
    );
    this.tell(winner ? `${winner} takes round ${round - 1}. Round ${round} is on.` : 'The first round is on.');
  }

  tell(words = ''): void {
    this.#round.textContent = words;
  }
}
