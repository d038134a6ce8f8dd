import type { Window } from '../measure/arena.js';
import type { Ramp } from '../measure/ramp.js';
import type { Case, Outcomes, PickFigure } from '../measure/rounds.js';
import type { BarPlot, Table } from '../report/findings.js';
import { barsOf, tableOf } from '../report/table.js';
import { writeNumber } from '../report/text.js';

/** How the servers did where the rate rose: at a low rate, at the one at which all are compared, and at their best. */
export function rampTable(outcomes: Outcomes<Ramp>, cases: readonly Case[], low: number, common: number): Table {
  const at = `at ${writeNumber(common, 0)} messages/s`;
  return tableOf(outcomes, cases, [
    { head: `CPU per delivery at ${writeNumber(low, 0)} messages/s, µs`, pick: cpuAt(low) },
    { head: `${at}, µs`, pick: cpuAt(common) },
    { head: `deliveries/s ${at}`, pick: atRate(common, (window) => window.deliveries), digits: 0 },
    {
      head: 'most deliveries/s',
      pick: ({ best }) => best.deliveries,
      digits: 0,
      load: ({ best }) => best.loadCpu,
    },
    { head: 'and CPU per delivery, µs', pick: ({ best }) => best.cpuPerDelivery },
    { head: `server's CPU ${at}, cores`, pick: atRate(common, (window) => window.serverCpu) },
    { head: "load generator's, cores", pick: atRate(common, (window) => window.loadCpu) },
  ]);
}

/** Microseconds of CPU per delivery at a rate. */
export function cpuAt(rate: number): PickFigure<Ramp> {
  return atRate(rate, (window) => window.cpuPerDelivery);
}

export function cpuPlot(
  outcomes: Outcomes<Ramp>,
  cases: readonly Case[],
  rate: number,
  plot: Pick<BarPlot, 'file' | 'title'>,
): BarPlot {
  return barsOf(outcomes, cases, cpuAt(rate), { ...plot, unit: 'µs of CPU per delivery' });
}

function atRate(rate: number, pick: PickFigure<Window>): PickFigure<Ramp> {
  return ({ steps }) => {
    const window = steps.get(rate);
    return window && pick(window);
  };
}
