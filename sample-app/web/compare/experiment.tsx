import { WAYS } from '../../src/compare/compare.contract.js';
import { Card } from './card.js';
import { Controls } from './controls.js';
import { Costs } from './costs.js';
import { Measurement } from './measurement.js';
import { Plot } from './plot.js';
import type { Run, Settings } from './run.js';
import { Speaking } from './speaking.js';

interface ExperimentProps {
  readonly settings: Settings;
  readonly run: Run | undefined;
  readonly running: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly onChange: (settings: Settings) => void;
  readonly onRun: (run: boolean) => void;
}

const NOTHING = new Measurement();

export function Experiment({ settings, run, running, now, onChange, onRun }: ExperimentProps) {
  const measurement = run?.measurement ?? NOTHING;
  return (
    <>
      <Controls
        settings={settings}
        running={running}
        seconds={measurement.seconds}
        refusal={run?.refusal}
        onChange={onChange}
        onRun={onRun}
      />
      <ul class="cards">
        {WAYS.map((way) => (
          <Card
            key={way}
            way={way}
            tally={measurement.tally(way)}
            deliveries={measurement.deliveries[way]}
            every={settings.every}
            running={running && measurement.seconds > 1}
          />
        ))}
      </ul>
      <Plot rate={settings.rate} measurement={measurement} now={now} />
      <div class="side">
        <Costs measurement={measurement} />
        <Speaking run={running ? run : undefined} />
      </div>
    </>
  );
}
