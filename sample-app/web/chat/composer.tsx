import { useLayoutEffect, useRef } from 'preact/hooks';
import { count } from '../site/count.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';

/** Characters a message may have; the server has the last word. */
const LENGTH = 500;
/** Characters left from which on they are counted. */
const COUNTED = 80;

/** Where a person writes. Whether a text will do is for the server to say; its words stand beside the input. */
export function Composer({ chat, channel }: { chat: Chat; channel: Channel }) {
  const input = useRef<HTMLTextAreaElement>(null);
  const draft = channel.draft.value;
  const closed = channel.closed.value;
  const refusal = closed ?? (channel.outgoing.refusal.value || chat.refusal.value);
  const say = () => {
    const { current } = input;
    if (current === null) return;
    const text = current.value.trim();
    channel.draft.value = current.value = '';
    current.focus();
    void channel.outgoing.say(text);
  };
  // As high as what is written.
  useLayoutEffect(() => {
    const { current } = input;
    if (current === null) return;
    current.style.height = 'auto';
    current.style.height = `${current.scrollHeight}px`;
  }, [draft]);
  useLayoutEffect(() => {
    if (chat.live.value) input.current?.focus();
  }, [chat.live.value, channel]);
  return (
    <form
      class="composer"
      id="composer"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <div class="notes">
        <p class="refusal" id="refusal" role="alert">
          {refusal}
        </p>
        <Counter text={draft} />
      </div>
      <label class="unseen" for="text">
        Message
      </label>
      <textarea
        ref={input}
        id="text"
        rows={1}
        placeholder="Say something"
        autocomplete="off"
        enterkeyhint="send"
        aria-describedby="refusal counter"
        aria-invalid={channel.outgoing.refusal.value !== ''}
        disabled={closed !== undefined}
        value={draft}
        onInput={({ currentTarget: { value } }) => {
          channel.draft.value = value;
          channel.outgoing.refusal.value = '';
          chat.refusal.value = '';
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          say();
        }}
      />
      <button type="submit" disabled={closed !== undefined}>
        Send
      </button>
    </form>
  );
}

function Counter({ text }: { text: string }) {
  const left = LENGTH - [...text.trim()].length;
  return (
    <span class={left < 0 ? 'counter over' : 'counter'} id="counter">
      {left < 0 ? `${count(-left, 'character')} too many` : left <= COUNTED && `${left} left`}
    </span>
  );
}
