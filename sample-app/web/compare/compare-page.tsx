import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import type { Comparison } from './comparison.js';
import { Experiment } from './experiment.js';

export function ComparePage({ comparison }: { comparison: Comparison }) {
  const { visitor } = comparison;
  return (
    <Site visitor={visitor} here="/compare" skip={['experiment', 'Skip to the experiment']}>
      <main class="compare">
        <Sky
          visitor={visitor}
          label="Connection"
          title={
            <>
              <h1>One channel, followed four ways</h1>
              <p>
                Every message comes all four ways to this page. Bytes are counted at the server’s sockets, headers
                included.
              </p>
            </>
          }
        />
        <div class="experiment" id="experiment" tabIndex={-1}>
          <Experiment comparison={comparison} />
        </div>
      </main>
    </Site>
  );
}
