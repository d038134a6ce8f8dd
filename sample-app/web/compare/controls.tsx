import { useState } from 'preact/hooks';
import { RATES, type Rate } from '../../src/compare/compare.contract.js';
import type { Settings } from './run.js';

const RATE_NAMES: Readonly<Record<Rate, { name: string; means: string }>> = {
  quiet: { name: 'Quiet', means: 'one in 10 s' },
  chat: { name: 'Chat', means: '1 a second' },
  busy: { name: 'Busy', means: '10 a second' },
};
const RATE_LIST = Object.keys(RATES) as Rate[];

interface ControlsProps {
  readonly settings: Settings;
  readonly running: boolean;
  readonly seconds: number;
  /** Why there is nothing to measure. */
  readonly refusal: string | undefined;
  readonly onChange: (settings: Settings) => void;
  readonly onRun: (run: boolean) => void;
}

/** How much is said, how often is polled; stop, go, and begin anew. */
export function Controls({ settings, running, seconds, refusal, onChange, onRun }: ControlsProps) {
  return (
    <form class="controls" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="rates">
        <legend>Messages</legend>
        {RATE_LIST.map((rate) => (
          <label key={rate}>
            <input
              type="radio"
              name="rate"
              value={rate}
              checked={settings.rate === rate}
              onChange={() => onChange({ ...settings, rate })}
            />
            <span>
              {RATE_NAMES[rate].name} <small>{RATE_NAMES[rate].means}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <Interval every={settings.every} onChange={(every) => onChange({ ...settings, every })} />
      <p class="buttons">
        <button type="button" onClick={() => onRun(!running)}>
          {running ? 'Stop' : 'Start'}
        </button>
        <button type="button" onClick={() => onRun(true)} disabled={!running}>
          Begin anew
        </button>
        <span class="measured">{Math.floor(seconds)} s measured</span>
      </p>
      <p class="refusal" role="alert">
        {refusal}
      </p>
    </form>
  );
}

/** @param every milliseconds from one poll to the next */
function Interval({ every, onChange }: { every: number; onChange: (every: number) => void }) {
  // While it is dragged nothing changes yet.
  const [dragged, setDragged] = useState<number | undefined>();
  const seconds = dragged ?? every / 1_000;
  return (
    <label class="interval">
      <span>
        Poll every <b>{seconds} s</b>
      </span>
      <input
        type="range"
        min="1"
        max="10"
        step="1"
        value={seconds}
        aria-valuetext={`${seconds} seconds`}
        onInput={({ currentTarget }) => setDragged(currentTarget.valueAsNumber)}
        onChange={({ currentTarget }) => {
          setDragged(undefined);
          onChange(currentTarget.valueAsNumber * 1_000);
        }}
      />
    </label>
  );
}
