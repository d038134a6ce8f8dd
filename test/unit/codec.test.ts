import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadFrame, decodeClientFrame, encodeFrame, isPosition } from '../../lib/protocol/index.js';

function faultOf(frame: unknown): BadFrame | undefined {
  try {
    decodeClientFrame(typeof frame === 'string' ? frame : JSON.stringify(frame));
    return undefined;
  } catch (error) {
    if (error instanceof BadFrame) return error;
    throw error;
  }
}

const position = { epoch: 'e', offset: 3 };
const joined = { op: 'join', id: 1, room: 'chat/x' };
const history = { op: 'history', id: 1, room: 'chat/x' };

describe('a frame that is one', () => {
  it.each([
    { op: 'connect' },
    { op: 'connect', auth: { token: 1 }, session: '', seq: 0, rooms: {} },
    { op: 'connect', rooms: { __proto__: null, 'chat/x': position } },
    joined,
    { ...joined, data: null, since: position },
    { op: 'join', room: 'chat/x' },
    { op: 'leave', id: 1, room: 'chat/x' },
    history,
    { ...history, before: 5, limit: 0 },
    { ...history, since: position },
    { op: 'presence', id: Number.MAX_SAFE_INTEGER, room: 'chat/x' },
    { op: 'ping' },
    { op: 'pong' },
    { op: 'pong', seq: 12 },
    { event: 'say' },
    { event: '', data: [], room: 'a', id: 1 },
    { event: 'join', room: 'chat/x' },
    { event: 'ping' },
    { event: 'constructor' },
    { ...joined, unknown: { deep: [1] } },
  ])('is read as it is: %j', (frame) => {
    expect(decodeClientFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it('may have any event name, and a key `__proto__` that is nothing but a key', () => {
    const read = decodeClientFrame(
      '{"event":"__proto__","data":{"__proto__":{"admin":true}},"__proto__":{"op":"join"}}',
    );
    expect(read).toHaveProperty('event', '__proto__');
    expect('op' in read).toBe(false);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('is a room called `__proto__` where `connect` names one', () => {
    const read = decodeClientFrame('{"op":"connect","rooms":{"__proto__":{"epoch":"e","offset":1}}}');
    expect(Object.keys((read as { rooms: object }).rooms)).toEqual(['__proto__']);
    expect(faultOf('{"op":"connect","rooms":{"__proto__":{"epoch":"e","offset":-1}}}')).toBeInstanceOf(BadFrame);
  });
});

describe('a frame that is none is refused', () => {
  it.each([
    '',
    ' ',
    'null',
    '1',
    'true',
    '"op"',
    '[]',
    '[{"op":"ping"}]',
    '{',
    '{"op":"ping"}}',
    "{'op':'ping'}",
    'NaN',
    '\ufeff{}',
  ])('where it is no JSON object: %j', (text) => {
    expect(faultOf(text)).toBeInstanceOf(BadFrame);
  });

  /** A frame, one of its fields, and what this field may not be. */
  const wrong: readonly [object, string, readonly unknown[]][] = [
    [{}, 'op', [undefined, null, 0, '', 'Join', 'welcome', 'ack', 'constructor', '__proto__', {}, ['join']]],
    [{ op: 'join', room: 'a' }, 'event', ['say', null, 1]],
    [{}, 'event', [null, 1, true, {}, ['say']]],
    [joined, 'id', [0, -1, 1.5, '1', null, true, {}, 2 ** 53, 1e300]],
    [{ event: 'say' }, 'id', [0, -1, 1.5, '1', null]],
    [joined, 'room', [undefined, null, 1, '', '/', 'a//b', 'x'.repeat(256), '\u0000', {}, ['chat']]],
    [{ event: 'say' }, 'room', [null, 1, '', 'a/', '\ud800']],
    [{ op: 'leave', id: 1 }, 'room', [undefined, 7]],
    [{ op: 'presence', id: 1 }, 'room', [undefined, 7]],
    [{ op: 'presence', room: 'chat/x' }, 'id', [undefined]],
    [{ op: 'history', room: 'chat/x' }, 'id', [undefined]],
    [
      joined,
      'since',
      [null, 1, 'e', [], {}, { epoch: 'e' }, { offset: 1 }, { epoch: 1, offset: 1 }, { epoch: 'e', offset: -1 }],
    ],
    [
      joined,
      'since',
      [
        { epoch: 'e', offset: 0.5 },
        { epoch: 'e', offset: '1' },
        { epoch: 'e', offset: 2 ** 53 },
      ],
    ],
    [history, 'room', [undefined, 1]],
    [history, 'limit', [null, -1, 0.5, '10', 2 ** 53]],
    [history, 'before', [null, -1, 0.5, '10', {}, { epoch: 'e' }, [1]]],
    [history, 'since', [null, -1, 0.5, '10', {}, { epoch: 'e', offset: -1 }]],
    [{ ...history, since: 1 }, 'before', [1, position]],
    [{ op: 'pong' }, 'seq', [null, -1, 0.5, '1', {}]],
    [{ op: 'connect' }, 'session', [null, 1, {}, true]],
    [{ op: 'connect' }, 'seq', [null, -1, 0.5, '1']],
    [{ op: 'connect' }, 'rooms', [null, 1, 'a', [], [position], { 'chat/x': 1 }, { 'chat/x': null }, { '': position }]],
    [{ op: 'connect' }, 'rooms', [{ 'a//b': position }, { a: { epoch: 'e', offset: -1 } }]],
  ];
  const cases = wrong.flatMap(([frame, field, values]) => values.map((value) => ({ ...frame, [field]: value })));
  it.each(cases)('%j', (frame) => {
    expect(faultOf(frame)).toBeInstanceOf(BadFrame);
  });

  it('with its id, where it has a valid one', () => {
    expect(faultOf({ op: 'join', id: 7, room: '' })?.id).toBe(7);
    expect(faultOf({ op: 'nonsense', id: 7 })?.id).toBe(7);
    expect(faultOf({ op: 'join', id: -7, room: '' })?.id).toBeUndefined();
  });

  it('in words that never quote it', () => {
    const secret = 'do-not-echo';
    for (const frame of [
      secret,
      { op: secret },
      { op: 'join', id: 1, room: `${secret}//` },
      { op: 'pong', seq: secret },
    ]) {
      expect(faultOf(frame)?.message).not.toContain(secret);
    }
  });
});

describe('the codec', () => {
  it('refuses or reads whatever it is given, and throws nothing else', () => {
    const field = fc.oneof(fc.constantFrom('join', 'chat/x', position, null, -1, 2 ** 60), fc.jsonValue());
    const frame = fc.record(
      {
        op: field,
        event: field,
        id: field,
        room: field,
        since: field,
        before: field,
        limit: field,
        seq: field,
        rooms: field,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), frame), (given) => void faultOf(given)),
      { numRuns: 2_000 },
    );
  });

  it('reads what lies very deep', () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    expect(decodeClientFrame(`{"event":"say","data":${deep}}`)).toHaveProperty('event', 'say');
  });

  it('writes what it reads', () => {
    expect(decodeClientFrame(encodeFrame({ ...joined, op: 'join', data: '😀\u2028' }))).toEqual({
      ...joined,
      data: '😀\u2028',
    });
  });

  it('knows a position by its shape', () => {
    expect([position, { ...position, more: 1 }, null, [], { epoch: 'e', offset: NaN }].map(isPosition)).toEqual([
      true, true, false, false, false,
    ]); // prettier-ignore
  });
});
