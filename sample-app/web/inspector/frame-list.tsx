import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { FrameRow, type Mark } from './frame-row.js';
import type { Direction, RecordedFrame, Recorder, Total } from './recorder.js';
import { resumesIn } from './resumes.js';

type Shown = Direction | 'both';

const SHOWN: readonly (readonly [Shown, string])[] = [
  ['both', 'Both ways'],
  ['up', 'Sent'],
  ['down', 'Received'],
];
/** Pixels from the end within which a list is taken to be read at its end. */
const NEAR = 48;

/** What goes by, the newest at the end: to be filtered, paused, cleared, and opened frame by frame. */
export function FrameList({ recorder }: { readonly recorder: Recorder }) {
  const [paused, setPaused] = useState(false);
  const [shown, setShown] = useState<Shown>('both');
  const [search, setSearch] = useState('');
  const frames = useFrames(recorder, paused);
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);

  const found = frames.filter((frame) => (shown === 'both' || frame.direction === shown) && has(frame, search));
  const marks = marksOf(frames);

  useLayoutEffect(() => {
    if (list.current && follows.current) list.current.scrollTop = list.current.scrollHeight;
  });

  return (
    <>
      <div class="frames-head">
        <h2 id="frames-title">Frames</h2>
        <p class="totals">
          <Count direction="up" total={recorder.totals.up} />
          <Count direction="down" total={recorder.totals.down} />
        </p>
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          Pause
        </button>
        <button
          type="button"
          onClick={() => {
            recorder.clear();
            setPaused(false);
          }}
        >
          Clear
        </button>
        <fieldset class="shown">
          <legend class="unseen">Which frames</legend>
          {SHOWN.map(([value, label]) => (
            <label key={value}>
              <input type="radio" name="shown" checked={shown === value} onChange={() => setShown(value)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <input
          class="search"
          type="search"
          aria-label="Find in frames"
          placeholder="Find, as in tick or ack"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      </div>
      <ol
        class="frames"
        ref={list}
        tabIndex={0}
        aria-labelledby="frames-title"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR;
        }}
      >
        {found.map((frame) => (
          <FrameRow key={frame.number} frame={frame} mark={marks.get(frame.number)} />
        ))}
      </ol>
    </>
  );
}

function Count({ direction, total }: { readonly direction: Direction; readonly total: Total }) {
  const [sign, word] = direction === 'up' ? ['↑', 'sent'] : ['↓', 'received'];
  return (
    <span class={direction}>
      <span aria-hidden="true">{sign}</span> {NUMBER.format(total.frames)}
      <span class="unseen"> frames {word},</span> <span class="bytes">{sizeOf(total.bytes)}</span>
    </span>
  );
}

/** The recorded frames, until it is paused. */
function useFrames(recorder: Recorder, paused: boolean): readonly RecordedFrame[] {
  const [frames, setFrames] = useState(recorder.frames);
  useEffect(() => {
    if (paused) return undefined;
    setFrames(recorder.frames);
    return recorder.onFrame(() => setFrames(recorder.frames));
  }, [recorder, paused]);
  return frames;
}

function marksOf(frames: readonly RecordedFrame[]): ReadonlyMap<number, Mark> {
  const marks = new Map<number, Mark>();
  for (const { connect, welcome, rooms } of resumesIn(frames)) {
    marks.set(connect.number, 'connect');
    marks.set(welcome.number, 'welcome');
    for (const { replayed } of rooms) for (const { number } of replayed) marks.set(number, 'replayed');
  }
  return marks;
}

function has({ opcode, content }: RecordedFrame, search: string): boolean {
  if (search === '') return true;
  const text = `${opcode} ${typeof content === 'string' ? content : JSON.stringify(content)}`;
  return text.toLowerCase().includes(search.toLowerCase());
}

const NUMBER = new Intl.NumberFormat('en-GB');
const KILOBYTES = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1, minimumFractionDigits: 1 });

function sizeOf(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : `${KILOBYTES.format(bytes / 1_000)} kB`;
}
