import { html, type Html } from '../view/html.js';

const SHAPES = 4;
const TINTS = 10;

/** Everybody is a bird; the same name is always the same one. */
export function bird(name: string): { readonly shape: number; readonly tint: number } {
  let hash = 2_166_136_261;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  // Names that are nearly the same are not to look it.
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519) >>> 0;
  return { shape: (hash >>> 24) % SHAPES, tint: (hash >>> 8) % TINTS };
}

/** The drawings are symbols that stand once in the page. */
export function birdPicture(name: string): Html {
  const { shape, tint } = bird(name);
  return html`<svg class="bird tint-${tint}" aria-hidden="true"><use href="#bird-${shape}" /></svg>`;
}
