import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { count } from '../site/count.js';
import { durationWords, useCountdown } from '../site/countdown.js';
import type { Channel } from './channel.js';
import type { Chat } from './chat.js';
import { completionOf, written, type Option } from './completion.js';
import { CompletionList } from './completion-list.js';
import { EmotePicker } from './emote-picker.js';
import { TypingLine } from './typing-line.js';

/** Characters a message may have; the server has the last word. */
const LENGTH = 500;
/** Characters left from which on they are counted. */
const COUNTED = 80;

interface Props {
  readonly chat: Chat;
  readonly channel: Channel;
}

/** Where a person writes. Whether a text will do is for the server to say; its words stand beside the input. */
export function Composer({ chat, channel }: Props) {
  const input = useRef<HTMLTextAreaElement>(null);
  const draft = channel.draft.value;
  const obstacle = useObstacle(channel);
  const [caret, setCaret] = useState<number | undefined>(undefined);
  const [selected, setSelected] = useState(0);
  const completion = caret === undefined ? undefined : completionOf(draft.slice(0, caret), channel.namesHere());

  const write = (text: string, from: number, to: number) => {
    const { current } = input;
    if (current === null) return;
    current.setRangeText(text, from, to, 'end');
    channel.write(current.value);
    setCaret(undefined);
    current.focus();
  };
  const complete = (option: Option) => {
    if (completion && caret !== undefined) write(written(option), completion.start, caret);
  };
  const say = () => {
    const { current } = input;
    if (current === null || obstacle !== undefined) return;
    const text = current.value.trim();
    channel.draft.value = current.value = '';
    setCaret(undefined);
    current.focus();
    void channel.outgoing.say(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const option = completion?.options[selected];
    if (completion && option && !event.shiftKey) {
      const last = completion.options.length - 1;
      if (event.key === 'ArrowDown') setSelected(selected === last ? 0 : selected + 1);
      else if (event.key === 'ArrowUp') setSelected(selected === 0 ? last : selected - 1);
      else if (event.key === 'Enter' || event.key === 'Tab') complete(option);
      else if (event.key === 'Escape') setCaret(undefined);
      else return;
      event.preventDefault();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      say();
    }
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
  }, [chat.live.value, channel, channel.addressed.value]);

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
      <Notes chat={chat} channel={channel} obstacle={obstacle} />
      {completion && <CompletionList completion={completion} selected={selected} choose={complete} />}
      <label class="unseen" for="text">
        Message
      </label>
      <div class="field">
        <textarea
          ref={input}
          id="text"
          rows={1}
          placeholder="Say something"
          autocomplete="off"
          enterkeyhint="send"
          aria-describedby="refusal counter"
          aria-invalid={channel.outgoing.refusal.value !== ''}
          aria-autocomplete="list"
          aria-controls={completion && 'completion'}
          aria-activedescendant={completion && `option-${selected}`}
          disabled={obstacle !== undefined}
          value={draft}
          onInput={({ currentTarget: { value, selectionEnd } }) => {
            channel.write(value);
            chat.refusal.value = '';
            setCaret(selectionEnd);
            setSelected(0);
          }}
          onBlur={() => setCaret(undefined)}
          onKeyDown={onKeyDown}
        />
        <EmotePicker
          choose={(name) => {
            const { selectionStart = 0, selectionEnd = 0 } = input.current ?? {};
            write(`:${name}: `, selectionStart, selectionEnd);
          }}
        />
      </div>
      <button type="submit" disabled={obstacle !== undefined}>
        Send
      </button>
    </form>
  );
}

/** Why nothing can be said in a channel. */
interface Obstacle {
  readonly words: string;
  /** Seconds until it is over by itself. */
  readonly left?: number;
  /** What may be done about it. */
  readonly remedy?: 'sign in' | 'come back';
}

function useObstacle({ closed, timeout, you, settings }: Channel): Obstacle | undefined {
  const left = useCountdown(timeout.value?.until ?? 0);
  if (closed.value !== undefined) return { words: closed.value, remedy: 'come back' };
  if (timeout.value && left > 0) return { words: timeout.value.words, left };
  if (settings.value.membersOnly && you.value?.badge === 'guest')
    return { words: 'Only people with an account may write here at the moment.', remedy: 'sign in' };
  return undefined;
}

function Notes({ chat, channel, obstacle }: Props & { obstacle: Obstacle | undefined }) {
  const { outgoing } = channel;
  const blocked = useCountdown(outgoing.blockedUntil.value);
  const left = obstacle?.left ?? blocked;
  const words = obstacle?.words ?? (outgoing.refusal.value || chat.refusal.value);
  return (
    <div class="notes">
      <p class="refusal" id="refusal" role="alert">
        {words}
      </p>
      {obstacle?.remedy === 'sign in' && (
        <button type="button" onClick={() => (chat.visitor.asking.value = true)}>
          Sign in
        </button>
      )}
      {obstacle?.remedy === 'come back' && (
        <button type="button" onClick={() => chat.comeBack(channel)}>
          Try to come back
        </button>
      )}
      {/* Not read out: it changes all the time. */}
      {left > 0 && (
        <p class="blocked" id="blocked">
          You can write again in {durationWords(left)}.
        </p>
      )}
      {words === '' && left === 0 && <TypingLine channel={channel} />}
      <Counter text={channel.draft.value} />
    </div>
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
