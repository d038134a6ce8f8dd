import type { ClientStatus } from 'nestjs-roost/client';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RoomPosition } from '../../src/handshake/handshake.contract.js';
import { useFrames } from '../inspector/frame-list.js';
import { fields, type Recorder } from '../inspector/recorder.js';
import { resumesIn, type Resume } from '../inspector/resumes.js';

interface CutStoryProps {
  readonly recorder: Recorder;
  readonly status: ClientStatus;
  /** Name of the room. */
  readonly room: string;
  /** The last entry that this page has. */
  readonly reached: () => number;
}

/** Milliseconds between two looks at the room while the page is cut off. */
const LOOK = 500;

/** What happens between a cut and the moment at which everything is here again, step by step. */
export function CutStory({ recorder, status, room, reached }: CutStoryProps) {
  const frames = useFrames(recorder);
  const [resume, setResume] = useState<Resume>();
  const away = status.state === 'away';
  const meanwhile = useMeanwhile(away, room);
  const left = useRef(0);
  if (away) left.current = reached();

  // Frames are forgotten in time; the story is told for as long as there is no other.
  const last = resumesIn(frames).at(-1);
  const isNews =
    last !== undefined && last.welcome.number >= (resume?.welcome.number ?? 0) && !isComplete(resume, last);
  useEffect(() => {
    if (isNews) setResume(last);
  });

  const told = away ? undefined : resume;
  const one = told?.rooms.find(({ name }) => name === `handshake/${room}`);
  const missed = one?.replayed.map(({ content }) => Number(fields(content)['offset'])) ?? [];
  const wasCut = away || told !== undefined;
  return (
    <>
      <h2 id="story-title">A cut, and the way back</h2>
      <ol class="steps">
        <Step done={wasCut} title="Cut">
          {wasCut
            ? 'The socket is gone. The session stays on the server, and in its rooms.'
            : 'Press “Cut my connection” above, and wait for some seconds.'}
        </Step>
        <Step done={wasCut} title="Meanwhile">
          {away
            ? `The room is at entry ${meanwhile ?? '…'}, and this page at ${left.current}.`
            : one
              ? `The room went on, and this page was at entry ${one.from}.`
              : 'The room goes on without this page.'}
        </Step>
        <Step done={told !== undefined} title="connect">
          {one
            ? `On a new WebSocket: my session, and ${one.name} at entry ${one.from}.`
            : 'On a new WebSocket it names its session and how far it got.'}
        </Step>
        <Step done={one?.recovered === true} title="welcome">
          {one
            ? one.recovered
              ? `resumed: true, and the room goes on just behind entry ${one.from}.`
              : 'resumed: true, but the room’s log does not reach back so far.'
            : 'The server knows it, and says where each room goes on.'}
        </Step>
        <Step done={one?.top !== undefined} title="Replay">
          {one?.top === undefined
            ? 'Then come the entries that were missed, each once, and after them live ones.'
            : missed.length === 0
              ? 'Nothing was missed.'
              : `${missed.length} ${missed.length === 1 ? 'entry' : 'entries'} missed, ${missed[0]} to ${missed.at(-1)}, in order and each once; then live ones.`}
        </Step>
      </ol>
    </>
  );
}

function Step(props: { readonly done: boolean; readonly title: string; readonly children: ComponentChildren }) {
  return (
    <li class={props.done ? 'done' : ''}>
      <b>{props.title}</b> <span>{props.children}</span>
    </li>
  );
}

function isComplete(told: Resume | undefined, last: Resume): boolean {
  return told?.welcome.number === last.welcome.number && told.rooms.every(({ top }) => top !== undefined);
}

/** Where the room has got to, asked over HTTP: there is no other way at that moment. */
function useMeanwhile(away: boolean, room: string): number | undefined {
  const [offset, setOffset] = useState<number>();
  useEffect(() => {
    if (!away) return undefined;
    setOffset(undefined);
    const ended = new AbortController();
    const look = async () => {
      try {
        const answer = await fetch(`/api/handshake/${encodeURIComponent(room)}/position`, { signal: ended.signal });
        if (answer.ok) setOffset(((await answer.json()) as RoomPosition).offset);
      } catch {
        // The server may be what is gone: the line goes on without the number.
      }
    };
    void look();
    const timer = setInterval(() => void look(), LOOK);
    return () => {
      ended.abort();
      clearInterval(timer);
    };
  }, [away, room]);
  return offset;
}
