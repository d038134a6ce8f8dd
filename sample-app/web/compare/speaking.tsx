import { useState } from 'preact/hooks';
import { bytes } from './figures.js';
import type { Run, Spoken } from './run.js';

/** Three of the four ways only listen: what it takes to say something. */
export function Speaking({ run }: { run: Run | undefined }) {
  const [spoken, setSpoken] = useState<Spoken | 'failed' | undefined>();
  const [busy, setBusy] = useState(false);

  const speak = async () => {
    if (run === undefined) return;
    setBusy(true);
    setSpoken(await run.speak('Hello, all four of you!').catch(() => 'failed' as const));
    setBusy(false);
  };

  return (
    <section class="speaking" aria-labelledby="speaking-title">
      <h2 id="speaking-title">To say one thing</h2>
      <button type="button" disabled={run === undefined || busy} onClick={() => void speak()}>
        Say hello
      </button>
      <p role="status">{words(spoken)}</p>
    </section>
  );
}

function words(spoken: Spoken | 'failed' | undefined) {
  if (spoken === undefined) return 'By a POST, which the first three ways need for it, and by the WebSocket.';
  if (spoken === 'failed') return 'The server could not be reached.';
  const { post, websocket } = spoken;
  return (
    <>
      By a POST: one request, <b>{bytes(post.up)}</b> up. By the WebSocket: no request, <b>{bytes(websocket.up)}</b> up.
    </>
  );
}
