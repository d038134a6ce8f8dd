import { BIRDS } from '../../src/feed/feed.contract.js';
import { Bird } from '../site/bird.js';
import type { Feed } from './feed.js';

/** Who has won how many rounds, the most first. */
export function Board({ feed }: { feed: Feed }) {
  const score = feed.score.value;
  return (
    <section class="board" aria-labelledby="board-title">
      <h2 id="board-title">Rounds won</h2>
      <p class="rule">Who climbs most in five seconds takes the round.</p>
      <ol id="scores">
        {score &&
          [...BIRDS]
            .sort((a, b) => score.points[b] - score.points[a])
            .map((bird) => (
              <li key={bird} data-bird={bird} class={bird === score.winner ? 'winner' : ''}>
                <Bird name={bird} />
                <b>{bird}</b>
                <span class="points">{score.points[bird]}</span>
              </li>
            ))}
      </ol>
      <p class="round" id="round">
        {words(feed)}
      </p>
    </section>
  );
}

function words({ score: { value: score }, refusal: { value: refusal } }: Feed): string {
  if (refusal !== undefined) return refusal;
  if (score === undefined) return 'Waiting for the birds';
  const { round, winner } = score;
  return winner ? `${winner} takes round ${round - 1}. Round ${round} is on.` : 'The first round is on.';
}
