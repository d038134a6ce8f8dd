import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RoostOptionError } from 'nestjs-roost';
import { resolveOptions } from '../../lib/roost.options.js';

function refused(options: object): string | undefined {
  try {
    resolveOptions(options);
    return undefined;
  } catch (error) {
    if (error instanceof RoostOptionError) return error.message;
    throw error;
  }
}

describe('options', () => {
  it('have defaults as the protocol says', () => {
    expect(resolveOptions({})).toMatchObject({
      heartbeat: { interval: 25_000, timeout: 10_000 },
      session: {
        ttl: 120_000,
        away: 10_000,
        awayPerUser: 20,
        awayPerAddress: 20,
        answers: { count: 128, bytes: 262_144 },
      },
      limits: { frame: 65_536, rooms: 100, pending: 128, queue: 1_048_576, badFrames: 10, replay: 1_000 },
      timeouts: { connect: 10_000, handler: 30_000, resume: 5_000 },
    });
  });

  it('take one number of a group, and leave its neighbours and the defaults themselves alone', () => {
    const resolved = resolveOptions({ session: { answers: { count: 1 } }, limits: { rooms: 5 } });
    expect(resolved.session.answers).toEqual({ count: 1, bytes: 262_144 });
    expect([resolved.limits.rooms, resolved.limits.pending, resolved.session.ttl]).toEqual([5, 128, 120_000]);
    expect(resolveOptions({}).session.answers.count).toBe(128);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])('called %s are not known', (name) => {
    expect(refused(JSON.parse(`{"${name}":5}`) as object)).toContain(`\`${name}\``);
    expect(refused({ limits: JSON.parse(`{"${name}":5}`) as object })).toContain(`\`limits.${name}\``);
  });

  it.each([
    { perSecond: Number.POSITIVE_INFINITY, burst: 1 },
    { perSecond: 1, burst: Number.POSITIVE_INFINITY },
    { perSecond: '5', burst: 5 },
    { perSecond: 5, burst: '5' },
    { perSecond: Number.NaN, burst: 5 },
    null,
    [],
  ])('that are rates are finite numbers: %j', (rate) => {
    for (const name of ['messages', 'connections'])
      expect(refused({ limits: { [name]: rate } })).toContain(`\`limits.${name}\``);
  });

  it.each([null, { threshold: -1 }, { threshold: '5' }, { threshold: 5, level: 9 }, 'yes', 1])(
    'that compress not by %j',
    (given) => {
      expect(refused({ compression: given })).toContain('`compression`');
    },
  );

  it('are taken, or refused by a name that was given', () => {
    const names = { session: ['ttl', 'answers', 'direct'], limits: ['frame', 'held', 'messages'], fanOut: ['window'] };
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(Number.NaN, -0, 2 ** 31, undefined, () => {}, Symbol.iterator),
    );
    const group = (inner: readonly string[]) =>
      fc.oneof(
        { weight: 3, arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...inner), fc.string()), value) },
        { weight: 1, arbitrary: value },
      );
    const options = fc.record(
      {
        path: value, origin: value, plain: value, address: value, authenticate: value, store: value, compression: value,
        clock: value, session: group(names.session), limits: group(names.limits), fanOut: group(names.fanOut),
      },
      { requiredKeys: [] },
    ); // prettier-ignore
    fc.assert(
      fc.property(options, (given) => {
        const message = refused(given);
        if (message === undefined) return;
        const [, option = ''] = /option `([^`]*)/.exec(message) ?? [];
        expect(Object.keys(given)).toContain(option.split('.')[0]);
      }),
      { numRuns: 2_000 },
    );
  });
});
