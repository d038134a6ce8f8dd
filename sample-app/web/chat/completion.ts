import { EMOTES, type EmoteName } from './emotes.js';

/** Options that are offered at a time. */
const OFFERED = 6;

/** Something that may be written instead of what was begun. */
export type Option =
  | { readonly kind: 'emote'; readonly text: EmoteName }
  | { readonly kind: 'name'; readonly text: string };

/** What was begun before the caret, from `start` on, and what it may become. */
export interface Completion {
  readonly start: number;
  readonly options: readonly Option[];
}

/**
 * What can complete the text before the caret: `@` begins a name, `:` and a letter begin an emote.
 *
 * @param names of who could be meant; they may have spaces
 */
export function completionOf(before: string, names: Iterable<string>): Completion | undefined {
  const name = /(?:^|\s)@([^@\n]{0,24})$/u.exec(before)?.[1];
  if (name !== undefined) {
    const begun = name.toLowerCase();
    const fitting = [...new Set(names)].filter((name) => name.toLowerCase().startsWith(begun));
    // What is complete already needs no help.
    const options = fitting.filter((name) => name.toLowerCase() !== begun).sort((a, b) => a.localeCompare(b));
    return offer(
      before.length - name.length - 1,
      options.map((text) => ({ kind: 'name', text })),
    );
  }
  const emote = /(?:^|\s):([a-z]+)$/.exec(before)?.[1];
  if (emote === undefined) return undefined;
  const options = EMOTES.filter((name) => name.startsWith(emote));
  return offer(
    before.length - emote.length - 1,
    options.map((text) => ({ kind: 'emote', text })),
  );
}

/** What an option writes. */
export function written({ kind, text }: Option): string {
  return kind === 'name' ? `@${text} ` : `:${text}: `;
}

function offer(start: number, options: readonly Option[]): Completion | undefined {
  return options.length > 0 ? { start, options: options.slice(0, OFFERED) } : undefined;
}
