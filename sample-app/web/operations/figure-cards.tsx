import type { Figures } from '../../src/operations/operations.contract.js';
import { count } from '../site/count.js';
import { FigureCard } from './figure-card.js';
import type { Operations } from './operations.js';
import { bytes, figure, millis } from './units.js';

/** The figures that are plotted. */
export function FigureCards({ operations }: { readonly operations: Operations }) {
  const last = operations.live.value.map(({ last }) => last.data);
  const sum = (of: (figures: Figures) => number) => last.reduce((total, figures) => total + of(figures), 0);
  const most = (of: (figures: Figures) => number) => Math.max(0, ...last.map(of));
  const sessions = sum(({ sessions }) => sessions);
  const away = sum(({ away }) => away);
  const deliveries = sum(({ deliveries }) => deliveries);
  const writes = sum(({ writes }) => writes);
  const resumes = (of: keyof Figures['since']['resumes']) => sum(({ since }) => since.resumes[of]);
  const recovered = resumes('recovered');
  return (
    <section class="figures" aria-labelledby="figures-title">
      <h2 class="unseen" id="figures-title">
        All nodes, the last minutes
      </h2>
      <ul>
        <FigureCard
          operations={operations}
          title="Sessions"
          value={figure(sessions)}
          more={`${sessions - away} connected, ${away} away`}
          plot={({ sessions }) => sessions}
          least={4}
        />
        <FigureCard
          operations={operations}
          title="Rooms"
          value={figure(sum(({ rooms }) => rooms))}
          more={`${count(
            sum(({ members }) => members),
            'member',
          )} in them`}
          plot={({ rooms }) => rooms}
          least={4}
        />
        <FigureCard
          operations={operations}
          title="Deliveries/s"
          value={figure(deliveries)}
          more={`for ${figure(sum(({ received }) => received))} messages of clients`}
          plot={({ deliveries }) => deliveries}
          least={10}
        />
        <FigureCard
          operations={operations}
          title="Frames in a write"
          value={figure(writes === 0 ? 0 : deliveries / writes)}
          more={`99 in 100 have at most ${most(({ batch }) => batch)}`}
          plot={({ deliveries, writes }) => (writes === 0 ? 0 : deliveries / writes)}
          least={4}
        />
        <FigureCard
          operations={operations}
          title="Heartbeats"
          value={millis(most(({ p99 }) => p99))}
          more={`half of them within ${millis(most(({ p50 }) => p50))}`}
          plot={({ p99 }) => p99}
          least={10}
        />
        <FigureCard
          operations={operations}
          title="Bytes queued"
          value={bytes(sum(({ queued }) => queued))}
          more={`${count(
            sum(({ congested }) => congested),
            'slow reader',
          )} now`}
          plot={({ queued }) => queued}
          least={10_000}
        />
        <FigureCard
          operations={operations}
          title="Resumes"
          value={figure(recovered)}
          more={`${resumes('gaps')} with gaps, ${resumes('lost')} too late`}
          plot={({ since }) => since.resumes.recovered}
          least={4}
        />
        <FigureCard
          operations={operations}
          title="Slow readers"
          value={figure(sum(({ since }) => since.closes[4502] ?? 0))}
          more={`closed; ${count(
            sum(({ since }) => since.skipped),
            'message',
          )} skipped`}
          plot={({ since }) => since.closes[4502] ?? 0}
          least={4}
        />
      </ul>
    </section>
  );
}
