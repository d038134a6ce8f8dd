import { durationWords } from '../site/countdown.js';
import { Popup } from '../site/popup.js';
import type { Channel } from './channel.js';
import { modeWords } from './notice.js';

/** Seconds between two messages that can be chosen. */
const SLOW = [0, 3, 10, 30, 60, 300];

/** How the channel is run, where it is not as usual; moderators change it here. */
export function Modes({ channel }: { channel: Channel }) {
  const modes = modeWords(channel.settings.value);
  return (
    <p class="modes" id="modes">
      {channel.owner.value !== undefined && (
        <span class="chip">
          run by <b dir="auto">{channel.owner.value}</b>
        </span>
      )}
      {modes.map((mode) => (
        <span key={mode} class="chip mode">
          {mode}
        </span>
      ))}
      {channel.canModerate.value && <Settings channel={channel} />}
    </p>
  );
}

function Settings({ channel }: { channel: Channel }) {
  return (
    <>
      <button type="button" class="pill" id="settings-button" popovertarget="settings">
        Settings
      </button>
      <Popup id="settings" label="How the channel is run">
        <Form channel={channel} />
      </Popup>
    </>
  );
}

function Form({ channel }: { channel: Channel }) {
  const { slowMode, uniqueMode, membersOnly } = channel.settings.value;
  const choices = SLOW.includes(slowMode) ? SLOW : [...SLOW, slowMode].sort((a, b) => a - b);
  return (
    <div class="settings">
      <h2>How the channel is run</h2>
      <label class="choice">
        <span>Slow mode</span>
        <select
          id="slow-mode"
          value={slowMode}
          onChange={({ currentTarget }) => void channel.act('set', { slowMode: Number(currentTarget.value) })}
        >
          {choices.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0 ? 'Off' : durationWords(seconds)}
            </option>
          ))}
        </select>
      </label>
      <Switch
        label="Unique messages"
        hint="Nobody may say what was said just before."
        on={uniqueMode}
        set={(on) => channel.act('set', { uniqueMode: on })}
      />
      <Switch
        label="Members only"
        hint="Guests read along, and write once they have an account."
        on={membersOnly}
        set={(on) => channel.act('set', { membersOnly: on })}
      />
    </div>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly set: (on: boolean) => Promise<void>;
}

function Switch({ label, hint, on, set }: SwitchProps) {
  return (
    <label class="choice">
      <span>
        {label}
        <small>{hint}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.checked;
          // It is on once the server says so.
          currentTarget.checked = on;
          void set(wanted);
        }}
      />
    </label>
  );
}
