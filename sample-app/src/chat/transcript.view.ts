import { bird, birdPicture } from '../people/bird.js';
import { html, type Html } from '../view/html.js';
import type { Line } from './transcript.js';

/** Whose eyes a transcript is drawn for. */
export interface Reader {
  /** Public ids of the sessions they had: what those said is drawn as their own. */
  readonly own: ReadonlySet<string>;
  /** The browser draws in its own time zone; the server cannot know it. */
  readonly timeZone: 'local' | 'UTC';
}

/** Lines of one person that follow each other within this time stand under one name. */
const GROUP_MS = 5 * 60_000;

/** The lines in order, with a heading where a new day begins; `previous` is the line that they go on from. */
export function transcriptItems(lines: readonly Line[], reader: Reader, previous?: Line): Html[] {
  return lines.map((line, i) => lineItem(line, i === 0 ? previous : lines[i - 1], reader));
}

function lineItem(line: Line, previous: Line | undefined, { own, timeZone }: Reader): Html {
  const { author, text } = line.data;
  const { name } = author;
  const day = DAYS[timeZone].format(line.ts);
  const newDay = previous === undefined || DAYS[timeZone].format(previous.ts) !== day;
  const first =
    newDay || line.from !== previous.from || author.id !== previous.data.author.id || line.ts - previous.ts > GROUP_MS;
  const isOwn = line.from !== undefined && own.has(line.from);
  return html`${newDay ? html`<li class="day">${day}</li>` : undefined}
    <li class="line${first ? ' first' : ''}${isOwn ? ' own' : ''}">
      ${first ? birdPicture(name) : undefined}
      <p class="byline${first ? '' : ' unseen'}">
        <b class="name tint-${bird(name).tint}" dir="auto">${name}</b>
        ${isOwn ? html`<span class="you">you</span>` : undefined}
        <time datetime="${new Date(line.ts).toISOString()}">${TIMES[timeZone].format(line.ts)}</time>
      </p>
      <p class="text" dir="auto">${text}</p>
    </li>`;
}

const DAYS = formats({ weekday: 'long', day: 'numeric', month: 'long' });
const TIMES = formats({ hour: '2-digit', minute: '2-digit' });

function formats(options: Intl.DateTimeFormatOptions): Readonly<Record<Reader['timeZone'], Intl.DateTimeFormat>> {
  return {
    local: new Intl.DateTimeFormat('en-GB', options),
    UTC: new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }),
  };
}
