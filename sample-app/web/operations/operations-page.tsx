import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { Closes } from './closes.js';
import { FigureCards } from './figure-cards.js';
import { NodeTable } from './node-table.js';
import { NodeWire } from './node-wire.js';
import type { Operations } from './operations.js';

export function OperationsPage({ operations }: { readonly operations: Operations }) {
  const { visitor, refusal } = operations;
  return (
    <Site visitor={visitor} here="/operations" skip={['nodes-title', 'Skip to the nodes']}>
      <main class="operations">
        <Sky
          visitor={visitor}
          label="Connection and nodes"
          title={
            <>
              <h1>Operations</h1>
              <p role="status">{refusal.value ?? 'What each node does, told every second in a room of its own.'}</p>
            </>
          }
        >
          <NodeWire operations={operations} />
        </Sky>
        <FigureCards operations={operations} />
        <NodeTable operations={operations} />
        <Closes operations={operations} />
      </main>
    </Site>
  );
}
