import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkProperty, TIMES } from '../support/property.js';
import { Siege } from './support/siege.js';
import { Wire } from './support/wire.js';

const KEY = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';

const nonsense = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    ',',
    ',,',
    'null',
    '\u0000',
    '%',
    '%zz',
    'x'.repeat(20_000),
    '"',
    ';',
    '=',
    '[::1',
    'http://',
    '://',
  ),
);

const header = fc.oneof(
  nonsense,
  fc
    .tuple(
      fc.constantFrom(
        'Host',
        'Origin',
        'Cookie',
        'Upgrade',
        'Connection',
        'Sec-WebSocket-Protocol',
        'Sec-WebSocket-Extensions',
        'Sec-WebSocket-Key',
        'Sec-WebSocket-Version',
        'Content-Length',
        'Transfer-Encoding',
        'X-Forwarded-For',
      ),
      nonsense,
    )
    .map(([name, value]) => `${name}: ${value}`),
  fc.constantFrom(
    'Sec-WebSocket-Protocol: roost.v1', 'Sec-WebSocket-Protocol: roost.v1, roost.v1', 'Sec-WebSocket-Protocol: roost.v2',
    'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7', 'Origin: null', 'Origin: http://evil.example',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; x', 'Sec-WebSocket-Version: 8', 'Cookie: a=%E0%A4%A; =; b',
    `${KEY}${KEY}`, 'Sec-WebSocket-Key: short', 'Transfer-Encoding: chunked', 'Content-Length: -1',
  ), // prettier-ignore
);

const handshake = fc
  .record({
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constant('GET') },
      { weight: 1, arbitrary: fc.constantFrom('POST', 'BREW', '', 'get') },
    ),
    target: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('/ws', '/ws?token=%', '/ws#x', '/ws/') },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '//',
          '///',
          '/%',
          '/\\',
          '*',
          'http://a/ws',
          '/nowhere',
          '/ws\u0000',
          `/${'x'.repeat(9_000)}`,
        ),
      },
      { weight: 1, arbitrary: nonsense },
    ),
    version: fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9'),
    headers: fc.array(header, { maxLength: 6 }),
    upgrade: fc.boolean(),
    /** How much of it is sent, of ten. */
    tenths: fc.oneof({ weight: 3, arbitrary: fc.constant(10) }, { weight: 1, arbitrary: fc.nat(9) }),
    rest: fc.oneof(fc.constant(''), nonsense),
  })
  .map(({ method, target, version, headers, upgrade, tenths, rest }) => {
    const needed = upgrade
      ? ['Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', KEY]
      : [];
    const whole = `${[`${method} ${target} ${version}`, ...needed, ...headers].join('\r\n')}\r\n\r\n${rest}`;
    return whole.slice(0, Math.floor((whole.length * tenths) / 10));
  });

describe('hostile handshakes end no process and cost nobody else anything', () => {
  let siege: Siege;

  beforeEach(async () => {
    siege = await Siege.begin();
  });
  afterEach(() => siege.end());

  it(
    'nonsense in headers, paths and versions, half of a request, and bytes behind it',
    async () => {
      const property = fc.asyncProperty(fc.array(handshake, { minLength: 1, maxLength: 4 }), async (requests) => {
        const wires = await Promise.all(requests.map(() => Wire.open(siege.server.port)));
        for (const [index, wire] of wires.entries()) wire.send(Buffer.from(requests[index] as string, 'latin1'));
        await siege.talk();
        await Promise.all(wires.map((wire) => wire.hangUp()));
      });
      await checkProperty('hostile handshakes', property, 150);
      await siege.quiet();
      expect(await siege.complaints()).toEqual([]);
    },
    60_000 * TIMES,
  );

  it('connections that say nothing at all, or stop in the middle', async () => {
    const silent = await Promise.all(Array.from({ length: 50 }, () => Wire.open(siege.server.port)));
    const half = await Promise.all(Array.from({ length: 50 }, () => Wire.open(siege.server.port)));
    for (const wire of half) wire.send('GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: webso');
    const waiting = await Promise.all(Array.from({ length: 50 }, () => Wire.upgraded(siege.server.port, 'roost.v1')));
    for (let i = 0; i < 20; i++) await siege.talk();
    await Promise.all([...silent, ...half, ...waiting].map((wire) => wire.hangUp()));
    await siege.quiet();
    expect(await siege.complaints()).toEqual([]);
  });
});
