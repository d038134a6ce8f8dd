/** Characters of a nickname, as people count them. */
export const NICKNAME_LENGTH = 24;

/** The nickname as others will see it: no invisible or control characters, no runs of spaces. */
export function cleanNickname(raw: string): string {
  return raw
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Says in words what is wrong with a cleaned nickname, or nothing. */
export function nicknameFault(name: string): string | undefined {
  const length = [...name].length;
  if (length === 0) return 'A nickname needs at least one character that can be seen.';
  if (length > NICKNAME_LENGTH) return `A nickname has at most ${NICKNAME_LENGTH} characters; this one has ${length}.`;
  return undefined;
}
