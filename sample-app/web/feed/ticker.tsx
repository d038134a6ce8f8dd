import { BIRDS, type Bird as BirdName } from '../../src/feed/feed.contract.js';
import { Bird } from '../site/bird.js';
import type { Feed } from './feed.js';

/** Metres climbed in a round that fill the meter. */
const CLIMB = 15;

const METRES = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const GAIN = new Intl.NumberFormat('en-GB', { ...METRES.resolvedOptions(), signDisplay: 'always' });

/** How high each bird is, and how far it has come in this round. */
export function Ticker({ feed }: { feed: Feed }) {
  return (
    <section class="ticker" aria-labelledby="ticker-title">
      <h2 class="unseen" id="ticker-title">
        Heights
      </h2>
      <ul id="ticker">
        {BIRDS.map((bird) => (
          <Row key={bird} bird={bird} feed={feed} />
        ))}
      </ul>
    </section>
  );
}

function Row({ bird, feed }: { bird: BirdName; feed: Feed }) {
  const metres = feed.heights.value.get(bird)?.at(-1)?.metres;
  const from = feed.score.value?.from[bird];
  const gain = metres === undefined || from === undefined ? undefined : metres - from;
  return (
    <li data-bird={bird}>
      <Bird name={bird} />
      <b>{bird}</b>
      <span class="metres">{metres === undefined ? '–' : `${METRES.format(metres)} m`}</span>
      <span class={gain !== undefined && gain < 0 ? 'gain down' : 'gain'}>
        {gain !== undefined && GAIN.format(gain)}
      </span>
      <meter min="0" max={CLIMB} value={Math.max(0, gain ?? 0)} aria-label={`${bird}, climbed in this round`} />
    </li>
  );
}
