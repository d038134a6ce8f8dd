import type { Figures } from '../../src/operations/operations.contract.js';
import { Sparkline } from '../plots/sparkline.js';
import type { Operations } from './operations.js';

interface Props {
  readonly operations: Operations;
  readonly title: string;
  /** Of all nodes together, now. */
  readonly value: string;
  /** What else there is to say of it. */
  readonly more: string;
  /** What is plotted of each node. */
  readonly plot: (figures: Figures) => number;
  /** The value at the upper edge of the plot where none is above. */
  readonly least?: number;
}

/** One figure: of all nodes now, and of each in the last minutes. */
export function FigureCard({ operations, title, value, more, plot, least = 1 }: Props) {
  const { from, to } = operations.range.value;
  const lines = operations.nodes.value.map(({ name, tint, told }) => ({
    name,
    tint,
    points: told.map(({ ts, data }) => ({ at: ts, value: plot(data) })),
  }));
  return (
    <li class="figure">
      <h3>{title}</h3>
      <p class="value">{value}</p>
      <Sparkline label={`${title} in the last minutes`} lines={lines} from={from} to={to} least={least} />
      <p class="more">{more}</p>
    </li>
  );
}
