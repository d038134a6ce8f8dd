import { Emote, isEmote, type EmoteName } from './emotes.js';

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'emote'; readonly name: EmoteName }
  | { readonly kind: 'mention'; readonly text: string; readonly name: string };

/** What a message consists of. `mentions` are names in lower case; those that are in the text after an `@` are meant. */
export function tokensOf(text: string, mentions: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  let plain = 0;
  const take = (from: number, to: number, token: Token) => {
    if (from > plain) tokens.push({ kind: 'text', text: text.slice(plain, from) });
    tokens.push(token);
    plain = to;
  };
  const longestFirst = [...mentions].sort((a, b) => b.length - a.length);
  for (const { index, 0: mark } of text.matchAll(/:[a-z]+:|@/g)) {
    if (index < plain) continue;
    if (mark === '@') {
      const name = longestFirst.find((name) => text.slice(index + 1, index + 1 + name.length).toLowerCase() === name);
      if (name === undefined) continue;
      const end = index + 1 + name.length;
      take(index, end, { kind: 'mention', text: text.slice(index, end), name });
    } else {
      const name = mark.slice(1, -1);
      if (isEmote(name)) take(index, index + mark.length, { kind: 'emote', name });
    }
  }
  if (plain < text.length) tokens.push({ kind: 'text', text: text.slice(plain) });
  return tokens;
}

interface Props {
  readonly text: string;
  readonly mentions: readonly string[];
  /** The person's own name, in lower case. */
  readonly me: string;
}

/** A message's text, with its emotes and mentions. */
export function Text({ text, mentions, me }: Props) {
  const tokens = tokensOf(text, mentions);
  const large = tokens.length <= 3 && tokens.every(({ kind }) => kind === 'emote');
  return (
    <p class={large ? 'text large' : 'text'} dir="auto">
      {tokens.map((token) => {
        switch (token.kind) {
          case 'text':
            return token.text;
          case 'emote':
            return <Emote name={token.name} />;
          case 'mention':
            return <b class={token.name === me ? 'mention to-me' : 'mention'}>{token.text}</b>;
        }
      })}
    </p>
  );
}
