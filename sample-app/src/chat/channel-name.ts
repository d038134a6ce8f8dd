/** What a channel may be called: the pattern, and the same in words. */
export const CHANNEL_NAME = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{M}\p{N}_-]{0,31}$/u;
export const CHANNEL_NAME_RULE =
  'A channel is called by 1 to 32 small letters, digits, - or _, and begins with a letter or digit.';
