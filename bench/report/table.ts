import type { Case, Outcomes, PickFigure } from '../measure/rounds.js';
import type { BarPlot, Figure, Table } from './findings.js';

/** A column of a table in which each server has a row. */
export interface Column<T> {
  readonly head: string;
  readonly pick: PickFigure<T>;
  /** Behind the point. @default 2 */
  readonly digits?: number;
  /** The load generator's CPU, as a share of a core, where it may have been what held the server up. */
  readonly load?: PickFigure<T>;
}

/** A load generator that is busier than this may be the limit. */
const BUSY = 0.8;

/** Medians and ranges, one row for each server. */
export function tableOf<T>(outcomes: Outcomes<T>, cases: readonly Case[], columns: readonly Column<T>[]): Table {
  return {
    columns: ['server', ...columns.map(({ head }) => head)],
    rows: cases.map((one) => [
      one.title,
      ...columns.map(({ pick, digits = 2, load }): Figure | undefined => {
        const spread = outcomes.spread(one, pick);
        const bounded = load !== undefined && (outcomes.spread(one, load)?.max ?? 0) > BUSY;
        return spread && { spread, digits, bounded };
      }),
    ]),
  };
}

/** The same figure of all servers as bars. */
export function barsOf<T>(
  outcomes: Outcomes<T>,
  cases: readonly Case[],
  pick: PickFigure<T>,
  plot: Omit<BarPlot, 'kind' | 'bars'>,
): BarPlot {
  const bars = cases.flatMap((one) => {
    const spread = outcomes.spread(one, pick);
    return spread === undefined ? [] : [{ label: one.title, spread }];
  });
  return { kind: 'bars', ...plot, bars };
}
