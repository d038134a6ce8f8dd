import { useEffect, useRef } from 'preact/hooks';
import { Bird } from '../site/bird.js';
import type { Call } from './call.js';
import { Controls } from './controls.js';
import { words } from './words.js';

/** Both pictures, how the call stands, and its buttons. */
export function Stage({ call }: { call: Call }) {
  const own = call.media.value;
  const other = call.conversation.value;
  const inside = call.stage.value === 'inside';
  return (
    <section class="stage" aria-label="Call">
      <div class="screen" data-state={other?.state.value ?? 'new'}>
        {other?.stream.value ? (
          <Video key="other" id="other" label={other.name.value} stream={other.stream.value} />
        ) : (
          <Nobody call={call} />
        )}
        {other && <Label of={other.name.value} muted={other.shows.value?.sound === false} />}
        {own && (
          <div class="own">
            <Video id="own" label="You" stream={own.stream} muted mirrored={own.shows.value.camera} />
            <Label of="You" muted={inside && !own.shows.value.sound} />
          </div>
        )}
      </div>
      <p class="call-words" id="call-words" role="status">
        {words(call)}
      </p>
      <Controls call={call} />
      <p class="refusal" id="refusal" role="alert">
        {call.trouble.value ?? own?.refusal.value}
      </p>
    </section>
  );
}

interface VideoProps {
  readonly id: string;
  readonly label: string;
  readonly stream: MediaStream;
  readonly muted?: boolean;
  readonly mirrored?: boolean;
}

function Video({ id, label, stream, muted = false, mirrored = false }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return (
    <video
      ref={video}
      id={id}
      class={mirrored ? 'mirrored' : ''}
      aria-label={label}
      autoplay
      playsInline
      muted={muted}
    />
  );
}

function Label({ of, muted }: { of: string; muted: boolean }) {
  return (
    <p class="label">
      <bdi>{of}</bdi>
      {muted && <span>muted</span>}
    </p>
  );
}

/** Stands where the other will be: a wire, on which they land first. */
function Nobody({ call }: { call: Call }) {
  const other = call.conversation.value;
  return (
    <div class="nobody">
      {other && <Bird name={other.name.value} />}
      {!other && call.stage.value === 'inside' && (
        <p>
          Try it alone: join{' '}
          <a href={`/call/${encodeURIComponent(call.name)}`} target="_blank" rel="noopener">
            in another tab
          </a>
          , or send this page’s address to somebody in your network.
        </p>
      )}
      {!other && call.stage.value !== 'inside' && <p>Whoever joins will be seen here.</p>}
    </div>
  );
}
