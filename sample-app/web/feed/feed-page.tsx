import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { Wire } from '../site/wire.js';
import { Board } from './board.js';
import type { Feed } from './feed.js';
import { Plot } from './plot.js';
import { Ticker } from './ticker.js';

export function FeedPage({ feed }: { feed: Feed }) {
  const { visitor, name, presence } = feed;
  return (
    <Site visitor={visitor} here="/feed" skip={['scores', 'Skip to the scoreboard']}>
      <main class="feed">
        <Sky
          visitor={visitor}
          label="Connection and people"
          title={
            <>
              <h1 dir="auto">{name}</h1>
              <p>Four birds in the wind, the same for all who watch: one source on the server, pushed to every page.</p>
            </>
          }
        >
          <Wire visitor={visitor} presence={presence} />
        </Sky>
        <Ticker feed={feed} />
        <Plot feed={feed} />
        <Board feed={feed} />
      </main>
    </Site>
  );
}
