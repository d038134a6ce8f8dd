import { describe, expect, it } from '@jest/globals';
import { StreamOverflowError } from 'nestjs-roost';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { overflow } from '../../lib/streams/overflow.js';

/** A turn of the event loop, in the frames of a marble diagram. */
const TURN = 2;

function marbles(run: (helpers: RunHelpers & { turns: Parameters<typeof overflow>[1] }) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    // A flush comes a turn after the first value that waits for it.
    const turn = {
      now: () => scheduler.now(),
      schedule: scheduler.schedule.bind(scheduler),
    };
    const schedule = turn.schedule;
    turn.schedule = (work, delay = TURN, state) => schedule(work, delay, state);
    run({ ...helpers, turns: { turn, time: scheduler } });
  });
}

describe('overflow', () => {
  it('latest: only the newest value of a turn goes out', () => {
    marbles(({ cold, expectObservable, expectSubscriptions, turns }) => {
      const source = cold('  (abc)-----d----|');
      expectObservable(source.pipe(overflow({ latest: true }, turns))).toBe('--c---------d--|');
      expectSubscriptions(source.subscriptions).toBe('^--------------!');
    });
  });

  it('latest with a key: the newest value of each key', () => {
    marbles(({ cold, expectObservable, turns }) => {
      const values = { a: 'x1', b: 'y1', c: 'x2' };
      const source = cold('  (abc)-----|', values);
      const policy = { latest: true, key: (value: string) => value[0] } as const;
      expectObservable(source.pipe(overflow(policy, turns))).toBe('--(cb)----|', values);
    });
  });

  it('sample: the first at once, then at most one in the time, the newest', () => {
    marbles(({ cold, expectObservable, turns }) => {
      const source = cold('  a--b-c-d---------e---|');
      const result = source.pipe(overflow({ sample: 5 }, turns));
      //                              a at 2, d at 7, a pause to 12, e at 17 + a turn
      expectObservable(result).toBe('--a----d-----------e-|');
    });
  });

  it('buffer: all values, in their order', () => {
    marbles(({ cold, expectObservable, turns }) => {
      const source = cold('  (abc)-----|');
      expectObservable(source.pipe(overflow({ buffer: 3 }, turns))).toBe('--(abc)---|');
    });
  });

  it('buffer: one value too many is an error, and ends the subscription', () => {
    marbles(({ cold, expectObservable, expectSubscriptions, turns }) => {
      const source = cold('  (abcd)----|');
      const result = source.pipe(overflow({ buffer: 3 }, turns));
      expectObservable(result).toBe('#', undefined, new StreamOverflowError(3));
      expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  it('drop: the first value of a turn goes out, those after it are dropped', () => {
    marbles(({ cold, expectObservable, turns }) => {
      const source = cold('  (abc)-----d----|');
      expectObservable(source.pipe(overflow({ drop: true }, turns))).toBe('--a---------d--|');
    });
  });

  it('lets what waits through when the source completes, and lets it go when it fails', () => {
    marbles(({ cold, expectObservable, turns }) => {
      expectObservable(cold('ab|').pipe(overflow({ buffer: 9 }, turns))).toBe('--(ab|)');
      expectObservable(cold('a#').pipe(overflow({ buffer: 9 }, turns))).toBe('-#');
    });
  });

  it('unsubscribes from the source when nobody listens, and sends nothing more', () => {
    marbles(({ cold, expectObservable, expectSubscriptions, turns }) => {
      const source = cold('  a---b---c---|');
      expectObservable(source.pipe(overflow({ latest: true }, turns)), '^----!').toBe('--a---');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });
});
