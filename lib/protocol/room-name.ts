/** Bytes a room's name may have in UTF-8. */
export const MAX_ROOM_NAME = 255;

// With the `u` flag only unpaired surrogates match \p{Surrogate}; \p{Cc} are the control characters.
const FORBIDDEN = /[\p{Surrogate}\p{Cc}]/u;
const utf8 = new TextEncoder();

/**
 * Says what is wrong with a room's name, or nothing where it may be used: well-formed Unicode, 1 to 255 bytes, segments
 * parted by `/`, none empty, no control characters.
 */
export function roomNameFault(name: string): string | undefined {
  if (name.length === 0) return 'a room name is empty';
  // A UTF-16 unit takes at least one byte, and at most three.
  if (name.length > MAX_ROOM_NAME || (name.length * 3 > MAX_ROOM_NAME && utf8.encode(name).length > MAX_ROOM_NAME)) {
    return `a room name has more than ${MAX_ROOM_NAME} bytes`;
  }
  if (FORBIDDEN.test(name)) return 'a room name has a control character or half a surrogate pair';
  if (name.startsWith('/') || name.endsWith('/') || name.includes('//')) return 'a room name has an empty segment';
  return undefined;
}
