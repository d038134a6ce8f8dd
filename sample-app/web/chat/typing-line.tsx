import type { Channel } from './channel.js';
import { typingWords } from './typists.js';

/** Who is writing at the moment. It is not read out: it changes all the time. */
export function TypingLine({ channel }: { channel: Channel }) {
  const words = typingWords(channel.typists.names.value);
  return (
    <p class="typing" id="typing" aria-live="off">
      {words !== '' && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>{words}</span>
        </>
      )}
    </p>
  );
}
