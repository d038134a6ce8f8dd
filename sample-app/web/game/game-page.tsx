import { Bird } from '../site/bird.js';
import { count } from '../site/count.js';
import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { Standstill } from '../site/standstill.js';
import type { Game } from './game.js';

export function GamePage({ game }: { game: Game }) {
  const { visitor, name } = game;
  return (
    <Site visitor={visitor} here="/game" skip={['arena', 'Skip to the arena']}>
      <main class="game">
        <Sky
          visitor={visitor}
          label="Connection"
          title={
            <>
              <h1 dir="auto">{name}</h1>
              <p>Where each bird flies goes to all, up to 20 times a second: too often to be asked for.</p>
              <Here game={game} />
            </>
          }
        />
        <div class="arena" id="arena" role="application" aria-label="Arena" aria-describedby="how" tabIndex={0}>
          <svg class="land" viewBox="0 0 1200 220" preserveAspectRatio="none" aria-hidden="true">
            <path class="hill far" d="M0 90c160-70 300-60 460-20s280 10 430-30 230-30 310-5v185H0z" />
            <path class="hill near" d="M0 150c120-50 260-40 400-15s330 25 470-10 240-35 330-15v110H0z" />
          </svg>
          <Flock game={game} />
          <Standstill
            visitor={visitor}
            waiting={game.presence.value ? undefined : 'Waiting for the others'}
            away="No connection: the others fly on without you."
          />
          <p class="how" id="how">
            Your bird flies after the pointer or your finger, and by the arrow keys.
          </p>
        </div>
      </main>
    </Site>
  );
}

function Here({ game: { presence, refusal, pace } }: { game: Game }) {
  const here = presence.value ? `${count(presence.value.count, 'bird')} here` : 'Who is here';
  const { heard, told } = pace.value;
  return (
    <p class="here">
      <span id="here" role="status">
        {refusal.value ?? here}
      </span>
      {/* Not read out: it changes all the time. */}
      <span class="pace" id="pace">
        {count(heard, 'place')} a second come, {told} go
      </span>
    </p>
  );
}

/** One bird for each who is here, hidden until it is known where it is: see {@link Game.connect}. */
function Flock({ game: { presence, visitor } }: { game: Game }) {
  const own = visitor.sessions.value;
  return (
    <ul class="flock" id="flock" aria-label="Who flies here">
      {presence.value?.members?.map(({ id, user, away }) => {
        const name = user?.name ?? 'Somebody';
        return (
          <li key={id} data-id={id} class={`${own.has(id) ? 'own ' : ''}${away ? 'asleep' : ''}`} hidden>
            <Bird name={name} />
            <span dir="auto">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}
