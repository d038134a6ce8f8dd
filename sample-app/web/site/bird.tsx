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

export function tintOf(name: string): string {
  return `tint-${bird(name).tint}`;
}

export function Bird({ name }: { name: string }) {
  const { shape } = bird(name);
  return (
    <svg class={`bird ${tintOf(name)}`} aria-hidden="true">
      <use href={`#bird-${shape}`} />
    </svg>
  );
}
