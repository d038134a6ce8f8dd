import { Bird } from '../site/bird.js';
import type { Completion, Option } from './completion.js';
import { Emote } from './emotes.js';

interface Props {
  readonly completion: Completion;
  readonly selected: number;
  readonly choose: (option: Option) => void;
}

/** What may complete the text. The focus stays in the text: the keys go there. */
export function CompletionList({ completion: { options }, selected, choose }: Props) {
  return (
    <ul class="completion" id="completion" role="listbox" aria-label="Suggestions">
      {options.map((option, i) => (
        <li
          key={option.text}
          id={`option-${i}`}
          role="option"
          aria-selected={i === selected}
          onPointerDown={(event) => {
            event.preventDefault();
            choose(option);
          }}
        >
          {option.kind === 'name' ? <Bird name={option.text} /> : <Emote name={option.text} silent />}
          <span dir="auto">{option.text}</span>
        </li>
      ))}
    </ul>
  );
}
