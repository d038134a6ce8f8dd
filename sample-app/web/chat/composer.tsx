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
  /** The same at this moment: keys may come faster than the page is drawn. */
  const sought = useRef(caret);
  const seek = (to: number | undefined) => {
    sought.current = to;
    setCaret(to);
  };
  const [selected, setSelected] = useState(0);
  const offered = (text: string, to: number | undefined) =>
    to === undefined ? undefined : completionOf(text.slice(0, to), channel.namesHere());
  const completion = offered(draft, caret);

  const write = (text: string, from: number, to: number) => {
    const { current } = input;
    if (current === null) return;
    current.setRangeText(text, from, to, 'end');
    channel.write(current.value);
    seek(undefined);
    current.focus();
  };
  const complete = (option: Option) => {
    const { current: to } = sought;
    const begun = offered(channel.draft.value, to);
    if (begun && to !== undefined) write(written(option), begun.start, to);
  };
  const say = () => {
    const { current } = input;
    if (current === null || obstacle !== undefined) return;
    const text = current.value.trim();
    channel.draft.value = current.value = '';
    seek(undefined);
    current.focus();
    void channel.outgoing.say(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const options = offered(channel.draft.value, sought.current)?.options;
    const option = options?.[selected];
    if (options && option && !event.shiftKey) {
      const last = options.length - 1;
      if (event.key === 'ArrowDown') setSelected(selected === last ? 0 : selected + 1);
      else if (event.key === 'ArrowUp') setSelected(selected === 0 ? last : selected - 1);
      else if (event.key === 'Enter' || event.key === 'Tab') complete(option);
      else if (event.key === 'Escape') seek(undefined);
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
            seek(selectionEnd);
            setSelected(0);
          }}
          onBlur={() => seek(undefined)}
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
