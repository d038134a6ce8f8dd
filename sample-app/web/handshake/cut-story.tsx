import type { ComponentChildren } from 'preact';
import { fields } from '../inspector/recorder.js';
import type { WayBack } from './way-back.js';

interface Props {
  readonly wayBack: WayBack;
  /** The room's whole name. */
  readonly room: string;
}

/** What happens between a cut and the moment at which everything is here again, step by step. */
export function CutStory({ wayBack, room }: Props) {
  const cutOff = wayBack.cutOff.value;
  const resume = wayBack.resume.value;
  const back = resume?.rooms.find(({ name }) => name === room);
  const missed = back?.replayed.map(({ content }) => fields(content)['offset'] as number) ?? [];
  const wasCut = cutOff !== undefined || resume !== undefined;
  return (
    <section class="story" aria-labelledby="story-title">
      <h2 id="story-title">A cut, and the way back</h2>
      <ol class="steps">
        <Step done={wasCut} title="Cut">
          {wasCut
            ? 'The socket is gone. The session stays on the server, and in its rooms.'
            : 'Press “Cut my connection” above, and wait for some seconds.'}
        </Step>
        <Step done={wasCut} title="Meanwhile">
          {cutOff
            ? `The room is at entry ${cutOff.top ?? '…'}, and this page at ${cutOff.reached}.`
            : back
              ? `The room went on, and this page was at entry ${back.from}.`
              : 'The room goes on without this page.'}
        </Step>
        <Step done={back !== undefined} title="connect">
          {back
            ? `On a new WebSocket: my session, and ${back.name} at entry ${back.from}.`
            : 'On a new WebSocket it names its session and how far it got.'}
        </Step>
        <Step done={back?.recovered === true} title="welcome">
          {back
            ? back.recovered
              ? `resumed: true, and the room goes on just behind entry ${back.from}.`
              : 'resumed: true, but the room’s log does not reach back so far.'
            : 'The server knows it, and says where each room goes on.'}
        </Step>
        <Step done={back?.top !== undefined} title="Replay">
          {back?.top === undefined
            ? 'Then come the entries that were missed, each once, and after them live ones.'
            : replayWords(missed)}
        </Step>
      </ol>
    </section>
  );
}

function replayWords(missed: readonly number[]): string {
  const [first] = missed;
  if (missed.length === 0) return 'Nothing was missed.';
  if (missed.length === 1) return `1 entry missed, ${first}; then live ones.`;
  return `${missed.length} entries missed, ${first} to ${missed.at(-1)}, in order and each once; then live ones.`;
}

function Step(props: { readonly done: boolean; readonly title: string; readonly children: ComponentChildren }) {
  return (
    <li class={props.done ? 'done' : ''}>
      <b>{props.title}</b> <span>{props.children}</span>
    </li>
  );
}
