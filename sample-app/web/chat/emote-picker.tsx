import { useRef, useState } from 'preact/hooks';
import { closePopup, Popup } from '../site/popup.js';
import { Emote, EMOTES, type EmoteName } from './emotes.js';

/** Emotes in a row of the picker. */
const COLUMNS = 6;

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

interface Props {
  /** Writes what was chosen. */
  readonly choose: (name: EmoteName) => void;
}

/** A button, and the emotes that it opens: by pointer, or by the arrow keys. */
export function EmotePicker({ choose }: Props) {
  return (
    <>
      <button type="button" class="round" id="emotes" aria-label="Emotes" popovertarget="emote-picker">
        <Emote name="smile" silent />
      </button>
      <Popup id="emote-picker" label="Emotes">
        <Grid
          choose={(name) => {
            closePopup('emote-picker');
            choose(name);
          }}
        />
      </Popup>
    </>
  );
}

function Grid({ choose }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const move = (to: number) => {
    if (to < 0 || to >= EMOTES.length) return;
    setAt(to);
    (grid.current?.children[to] as HTMLElement | undefined)?.focus();
  };
  return (
    <div
      class="emote-grid"
      role="toolbar"
      aria-label="Emotes"
      ref={grid}
      onKeyDown={(event) => {
        const step = STEPS[event.key];
        if (step === undefined) return;
        event.preventDefault();
        move(at + step);
      }}
    >
      {EMOTES.map((name, i) => (
        <button
          key={name}
          type="button"
          aria-label={name}
          title={`:${name}:`}
          tabIndex={i === at ? 0 : -1}
          onFocus={() => setAt(i)}
          onClick={() => choose(name)}
        >
          <Emote name={name} silent />
        </button>
      ))}
    </div>
  );
}
