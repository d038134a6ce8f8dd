import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_ROOM_NAME, roomNameFault } from '../../lib/protocol/index.js';

describe('a room name', () => {
  it.each([
    'a', 'chat/general', 'a/b/c/d', ' ', 'a b', '__proto__', 'constructor/prototype', '{', '}', ':', '*', '.', '..', './..',
    'ä', '日本語', '😀', '\u2028', '\u00a0', '\ufeff', 'x'.repeat(255), 'ä'.repeat(127), '😀'.repeat(63),
  ])('may be %j', (name) => {
    expect(roomNameFault(name)).toBeUndefined();
  }); // prettier-ignore

  it.each([
    ['', 'empty'],
    ['/', 'empty segment'],
    ['/a', 'empty segment'],
    ['a/', 'empty segment'],
    ['a//b', 'empty segment'],
    ['x'.repeat(256), '255 bytes'],
    [`x${'ä'.repeat(128)}`, '255 bytes'],
    ['😀'.repeat(64), '255 bytes'],
    ['a\u0000', 'control character'],
    ['\u001f', 'control character'],
    ['a\nb', 'control character'],
    ['\u007f', 'control character'],
    ['\u0085', 'control character'],
    ['\ud800', 'surrogate'],
    ['a\udc00b', 'surrogate'],
    ['\udc00\ud800', 'surrogate'],
  ])('may not be %j: %s', (name, fault) => {
    expect(roomNameFault(name)).toContain(fault);
  });

  it('is measured in bytes, whatever its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (text) => {
        const name = text.replace(/[\p{Cc}/]/gu, 'x');
        const fits = Buffer.byteLength(name) <= MAX_ROOM_NAME;
        expect(roomNameFault(name) === undefined).toBe(fits);
      }),
    );
  });
});
