import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PatternError, Patterns } from '../../lib/rooms/pattern.js';

function patterns(...all: string[]): Patterns<string> {
  const found = new Patterns<string>();
  for (const pattern of all) found.add(pattern, pattern);
  return found;
}

describe('a pattern', () => {
  it('matches segment for segment; a parameter is one segment', () => {
    const rooms = patterns('chat/:channel', 'feed');
    expect(rooms.find('chat/general')).toEqual({ value: 'chat/:channel', params: { channel: 'general' } });
    expect(rooms.find('feed')).toEqual({ value: 'feed', params: {} });
    for (const name of ['chat', 'chat/a/b', 'feed/a', 'Chat/a', 'other']) expect(rooms.find(name)).toBeUndefined();
  });

  it('gives way to one with a static segment in its place', () => {
    const rooms = patterns(':a/:b', ':a/admin', 'chat/:b', 'chat/admin');
    expect(rooms.find('chat/admin')?.value).toBe('chat/admin');
    expect(rooms.find('chat/x')?.value).toBe('chat/:b');
    expect(rooms.find('x/admin')?.value).toBe(':a/admin');
    expect(rooms.find('x/y')).toEqual({ value: ':a/:b', params: { a: 'x', b: 'y' } });
  });

  it('is found also where a static segment leads nowhere', () => {
    const rooms = patterns('chat/admin/log', 'chat/:channel/:page', ':any/:thing');
    expect(rooms.find('chat/admin/other')).toEqual({
      value: 'chat/:channel/:page',
      params: { channel: 'admin', page: 'other' },
    });
    expect(rooms.find('chat/admin')).toEqual({ value: ':any/:thing', params: { any: 'chat', thing: 'admin' } });
  });

  it('has its own names for parameters that others call differently', () => {
    const rooms = patterns(':user/inbox', ':team/board');
    expect(rooms.find('x/inbox')?.params).toEqual({ user: 'x' });
    expect(rooms.find('x/board')?.params).toEqual({ team: 'x' });
  });

  it('matches names that are no ordinary words', () => {
    const rooms = patterns(':a/__proto__', 'constructor/:__proto__');
    expect(rooms.find('x/__proto__')?.value).toBe(':a/__proto__');
    const { params } = rooms.find('constructor/y') ?? { params: {} };
    expect(Object.entries(params)).toEqual([['__proto__', 'y']]);
    expect(patterns('a/:b').find('a/{}:*')?.params).toEqual({ b: '{}:*' });
    expect(patterns('a/b').find('toString')).toBeUndefined();
  });

  it.each(['chat/general', 'chat/:a', ':a/:b/:c'])(
    '%s cannot stand twice, whatever its parameters are called',
    (pattern) => {
      const rooms = patterns(pattern);
      const same = pattern.replace(/:(\w)/g, ':other_$1');
      expect(() => rooms.add(same, 'x')).toThrow(PatternError);
      expect(() => rooms.add(same, 'x')).toThrow(pattern);
    },
  );

  it.each(['', '/', 'a//b', ':', 'a/:', ':1', ':a-b', ':a/:a', '\u0000', 'x'.repeat(256)])(
    'cannot be %j',
    (pattern) => {
      expect(() => patterns(pattern)).toThrow(PatternError);
    },
  );

  it('cannot be anything but a string', () => {
    expect(() => patterns(undefined as unknown as string)).toThrow('must be a string');
  });

  it('is found as by trying each, static segments first', () => {
    const segment = fc.constantFrom('a', 'b', ':p', ':q', ':r');
    const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).filter((all) => new Set(all).size === all.length);
    const name = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), name, (all, room) => {
        const rooms = new Patterns<string>();
        const accepted: string[][] = [];
        for (const segments of all) {
          try {
            rooms.add(segments.join('/'), segments.join('/'));
            accepted.push(segments);
          } catch (error) {
            expect(error).toBeInstanceOf(PatternError);
          }
        }
        const rank = (segments: string[]) => segments.map((part) => (part.startsWith(':') ? '1' : '0')).join('');
        const fits = accepted
          .filter(
            (parts) =>
              parts.length === room.length && parts.every((part, i) => part.startsWith(':') || part === room[i]),
          )
          .sort((x, y) => rank(x).localeCompare(rank(y)));
        expect(rooms.find(room.join('/'))?.value).toBe(fits[0]?.join('/'));
      }),
      { numRuns: 2_000 },
    );
  });
});
