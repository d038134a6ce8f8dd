import type { ComponentChildren } from 'preact';
import type { Visitor } from './visitor.js';

interface Props {
  readonly visitor: Visitor;
  /** What the strip tells, for who does not see it. */
  readonly label: string;
  /** What the page is about. */
  readonly title: ComponentChildren;
  /** What the button says that cuts the connection. */
  readonly cut?: string;
  /** Below title and connection: the wire, where there is one. */
  readonly children?: ComponentChildren;
}

/** The strip of sky at the head of a page: what it is about, how the connection stands, and a button that cuts it. */
export function Sky({ visitor, label, title, cut = 'Cut my connection', children }: Props) {
  const { state, tone } = visitor.status.standing.value;
  return (
    <section class="sky" id="sky" data-state={state} data-tone={tone} aria-label={label}>
      <div class="title">{title}</div>
      <Connection visitor={visitor} cut={cut} />
      {children}
    </section>
  );
}

function Connection({ visitor: { status }, cut }: Required<Pick<Props, 'visitor' | 'cut'>>) {
  const { state, words, seconds } = status.standing.value;
  return (
    <div class="connection">
      <p class="status">
        <span>
          <span role="status" id="status-words">
            {words}
          </span>{' '}
          <span id="status-timer" aria-hidden="true">
            {seconds !== undefined && `in ${seconds} s`}
          </span>
        </span>
      </p>
      <button type="button" id="cut" disabled={state === 'connecting'} onClick={() => status.toggle()}>
        {state === 'online' || state === 'connecting' ? cut : 'Connect now'}
      </button>
    </div>
  );
}
