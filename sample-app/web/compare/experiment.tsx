import { useEffect, useReducer } from 'preact/hooks';
import { WAYS } from '../../src/compare/compare.contract.js';
import { Card } from './card.js';
import type { Comparison } from './comparison.js';
import { Controls } from './controls.js';
import { Costs } from './costs.js';
import { Measurement } from './measurement.js';
import { Plot } from './plot.js';
import { Speaking } from './speaking.js';

/** Milliseconds between two drawings: as often as there are new figures. Drawing itself keeps messages waiting. */
const EVERY = 250;

const NOTHING = new Measurement();

export function Experiment({ comparison }: { comparison: Comparison }) {
  const [, draw] = useReducer<number, void>((drawn) => drawn + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => draw(), EVERY);
    return () => clearInterval(timer);
  }, []);

  const { settings, run, running, now } = comparison;
  const measurement = run?.measurement ?? NOTHING;
  return (
    <>
      <Controls
        settings={settings}
        running={running}
        seconds={measurement.seconds}
        refusal={run?.refusal}
        onChange={(changed) => {
          comparison.change(changed);
          draw();
        }}
        onRun={(run) => {
          if (run) comparison.start();
          else comparison.stop();
          draw();
        }}
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
