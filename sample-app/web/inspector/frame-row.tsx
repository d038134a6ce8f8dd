import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import { JsonView } from './json-view.js';
import type { RecordedFrame } from './recorder.js';
import { wordsOf } from './words.js';

/** What a frame was part of. */
export type Mark = 'connect' | 'welcome' | 'replayed';

const MARKS: Readonly<Record<Mark, string>> = {
  connect: 'comes back',
  welcome: 'resumed',
  replayed: 'replayed',
};
const OPCODES: Readonly<Record<RecordedFrame['opcode'], string>> = {
  upgrade: 'HTTP',
  text: 'text 0x1',
  close: 'close 0x8',
  ping: 'ping 0x9',
  pong: 'pong 0xA',
};

const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

interface FrameRowProps {
  readonly frame: RecordedFrame;
  readonly mark: Mark | undefined;
}

/** One frame; pressed, it shows its JSON. */
export const FrameRow = memo(function FrameRow({ frame, mark }: FrameRowProps) {
  const [expanded, setExpanded] = useState(false);
  const { number, at, direction, opcode, bytes, content, roundTrip } = frame;
  const { name, words } = wordsOf(frame);
  return (
    <li class={`frame ${direction}${mark ? ` marked ${mark}` : ''} op-${opcode}`} data-number={number}>
      <button type="button" aria-expanded={expanded} onClick={() => setExpanded(!expanded)}>
        <time dateTime={new Date(at).toISOString()}>{TIME.format(at)}</time>
        <span class="direction" title={direction === 'up' ? 'sent' : 'received'}>
          <span aria-hidden="true">{direction === 'up' ? '↑' : '↓'}</span>
          <span class="unseen">{direction === 'up' ? 'sent' : 'received'}</span>
        </span>
        <span class="opcode">{OPCODES[opcode]}</span>
        <span class="bytes">{opcode === 'upgrade' ? '' : `${bytes} B`}</span>
        <span class="what">
          <b dir="auto">{name}</b>
          {mark && <mark>{MARKS[mark]}</mark>} <span class="words">{words}</span>
        </span>
        <span class="round-trip">{roundTrip === undefined ? '' : `${roundTrip.toFixed(1)} ms`}</span>
      </button>
      {expanded && <JsonView value={content} />}
    </li>
  );
});
