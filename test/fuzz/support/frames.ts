import fc from 'fast-check';

const position = { epoch: 'e', offset: 1 };

/** Frames as they should be, for their fields to be spoilt. */
const good: readonly Record<string, unknown>[] = [
  { op: 'connect', auth: {}, session: 'x', seq: 1, rooms: { 'chat/x': position } },
  { op: 'join', id: 1, room: 'chat/x', data: {}, since: position },
  { op: 'join', id: 2, room: 'chat/general' },
  { op: 'leave', id: 3, room: 'chat/x' },
  { op: 'history', id: 4, room: 'chat/x', before: 5, limit: 10 },
  { op: 'history', id: 5, room: 'chat/general', since: position },
  { op: 'presence', id: 6, room: 'chat/x' },
  { op: 'ping' },
  { op: 'pong', seq: 1 },
  { event: 'say', id: 7, room: 'chat/general', data: 'hi' },
  { event: 'note', id: 8, room: 'chat/x', data: { text: 'hi' } },
  { event: 'echo', id: 9, data: 1 },
];

const hostile = fc.constantFrom<unknown>(
  undefined, null, true, 0, -1, 0.5, -0, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER, '', '__proto__', 'constructor', 'welcome',
  'chat/x', 'chat/general', 'nowhere', '\u0000', '/', 'a//b', '\ud800', '😀', 'a'.repeat(256), {}, [], [[]], position,
  { epoch: 'e', offset: -1 }, { epoch: {}, offset: '1' }, { toString: 1, valueOf: 1 }, { length: 1e9 },
); // prettier-ignore

const spoilt = fc
  .record({
    frame: fc.constantFrom(...good),
    field: fc.constantFrom(
      'op',
      'event',
      'id',
      'room',
      'data',
      'since',
      'before',
      'limit',
      'seq',
      'rooms',
      'session',
      '__proto__',
    ),
    value: fc.oneof(hostile, fc.jsonValue()),
    id: fc.nat(12),
  })
  .map(({ frame, field, value, id }) => JSON.stringify({ ...frame, ...('id' in frame && { id }), [field]: value }));

const deep = fc
  .record({ depth: fc.integer({ min: 1, max: 20_000 }), frame: fc.constantFrom(...good), shape: fc.nat(2) })
  .map(({ depth, frame, shape }) => {
    if (shape === 0) return '['.repeat(depth) + ']'.repeat(depth);
    const [open, close] = shape === 1 ? ['[', ']'] : ['{"a":', '}'];
    const data = `${open.repeat(depth)}1${close.repeat(depth)}`;
    return JSON.stringify({ ...frame, data: '@' }).replace('"@"', data);
  });

const numbers = fc
  .constantFrom('1e999', '-1e999', '0.1e-400', '9'.repeat(400), '1'.repeat(20), '-0', '01', '1.', 'Infinity')
  .map((number) => `{"op":"history","id":${number},"room":"chat/x","limit":${number},"before":${number}}`);

/** Text that a client may send: right, spoilt, or nonsense. */
export const text = fc.oneof(
  { weight: 6, arbitrary: spoilt },
  { weight: 2, arbitrary: fc.constantFrom(...good).map((frame) => JSON.stringify(frame)) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: numbers },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);

/** What may be sent as one message; bytes make a binary one. */
export const message = fc.oneof(
  { weight: 12, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

const payload = fc.oneof(
  text.map((sent) => new Uint8Array(Buffer.from(sent))),
  fc.uint8Array({ maxLength: 300 }),
  // Not UTF-8: lone continuations, overlong forms, surrogates, beyond Unicode, cut short.
  fc
    .constantFrom([0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff], [0xe2, 0x82])
    .map((bytes) => new Uint8Array(bytes)),
);

/** A frame of RFC 6455, mostly a wrong one. */
export const webSocketFrame = fc.record({
  fin: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  reserved: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
  opcode: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) }, { weight: 1, arbitrary: fc.nat(15) }),
  masked: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  payload,
  lie: fc.option(fc.constantFrom(0, 1, 125, 126, 65_535, 65_536, 2 ** 31, Number.MAX_SAFE_INTEGER), {
    nil: undefined,
    freq: 8,
  }),
});
