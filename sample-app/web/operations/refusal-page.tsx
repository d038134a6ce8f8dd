import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import type { Operations } from './operations.js';

/** For who may not see the figures. */
export function RefusalPage({ operations }: { readonly operations: Operations }) {
  const { visitor, refusal } = operations;
  return (
    <Site visitor={visitor} here="/operations" skip={['refusal', 'Skip to the refusal']}>
      <main class="operations">
        <Sky visitor={visitor} label="Connection" title={<h1>Operations</h1>} />
        <section class="refused">
          <h2 id="refusal">{refusal.value}</h2>
          <p>
            <button type="button" onClick={() => (visitor.asking.value = true)}>
              Sign in
            </button>{' '}
            or <a href="/">go to the channels</a>.
          </p>
        </section>
      </main>
    </Site>
  );
}
