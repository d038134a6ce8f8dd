import type { Figures } from '../../src/operations/operations.contract.js';
import type { Node, Operations } from './operations.js';
import { bytes, figure, millis } from './units.js';

type Together = 'sum' | 'most' | 'mean';

interface Column {
  readonly title: string;
  readonly of: (figures: Figures) => number;
  readonly unit: (value: number) => string;
  /** What stands for all nodes. */
  readonly together: Together;
}

const COLUMNS: readonly Column[] = [
  { title: 'Sessions', of: ({ sessions }) => sessions, unit: figure, together: 'sum' },
  { title: 'Away', of: ({ away }) => away, unit: figure, together: 'sum' },
  { title: 'Rooms', of: ({ rooms }) => rooms, unit: figure, together: 'sum' },
  { title: 'Members', of: ({ members }) => members, unit: figure, together: 'sum' },
  { title: 'Deliveries/s', of: ({ deliveries }) => deliveries, unit: figure, together: 'sum' },
  { title: 'Writes/s', of: ({ writes }) => writes, unit: figure, together: 'sum' },
  { title: 'Received/s', of: ({ received }) => received, unit: figure, together: 'sum' },
  { title: 'Queued', of: ({ queued }) => queued, unit: bytes, together: 'sum' },
  { title: 'Slow now', of: ({ congested }) => congested, unit: figure, together: 'sum' },
  { title: 'p50', of: ({ p50 }) => p50, unit: millis, together: 'most' },
  { title: 'p99', of: ({ p99 }) => p99, unit: millis, together: 'most' },
  { title: 'Recovered', of: ({ since }) => since.resumes.recovered, unit: figure, together: 'sum' },
  { title: 'Gaps', of: ({ since }) => since.resumes.gaps, unit: figure, together: 'sum' },
  { title: 'Too late', of: ({ since }) => since.resumes.lost, unit: figure, together: 'sum' },
  { title: 'Skipped', of: ({ since }) => since.skipped, unit: figure, together: 'sum' },
];

/** Node by node, and all of them. */
export function NodeTable({ operations }: { readonly operations: Operations }) {
  const live = operations.live.value;
  return (
    <section class="nodes" aria-labelledby="nodes-title">
      <h2 id="nodes-title">Node by node</h2>
      <div class="table" role="region" aria-labelledby="nodes-title" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              {COLUMNS.map(({ title }) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {operations.nodes.value.map((node) => (
              <Row key={node.name} node={node} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All</th>
              {COLUMNS.map(({ title, of, unit, together }) => {
                const values = live.map(({ last }) => of(last.data));
                const all = together === 'sum' ? values.reduce((sum, one) => sum + one, 0) : Math.max(0, ...values);
                return <td key={title}>{unit(all)}</td>;
              })}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function Row({ node: { name, tint, last, silent } }: { readonly node: Node }) {
  return (
    <tr class={silent ? 'silent' : ''} data-node={name}>
      <th scope="row">
        <span class={`swatch tint-${tint}`} aria-hidden="true" /> {name}
        {silent && <i> silent</i>}
      </th>
      {COLUMNS.map(({ title, of, unit }) => (
        <td key={title}>{unit(of(last.data))}</td>
      ))}
    </tr>
  );
}
