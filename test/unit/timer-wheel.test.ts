import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from 'nestjs-roost/testing';
import { TimerWheel, type Timer } from '../../lib/time/timer-wheel.js';

const TICK = 20;

describe('a timer wheel', () => {
  let clock: ManualClock;
  let wheel: TimerWheel;
  let log: string[];
  const errors: unknown[] = [];

  beforeEach(() => {
    clock = new ManualClock();
    wheel = new TimerWheel(clock, (error) => errors.push(error), TICK);
    log = [];
    errors.length = 0;
  });

  const note = (what: string) => () => log.push(what);

  it('calls each timer once, none early, and at most a tick late', () => {
    wheel.after(0, note('0'));
    wheel.after(50, note('50'));
    wheel.after(1_000, note('1000'));
    clock.advance(49);
    expect(log).toEqual(['0']);
    clock.advance(1 + TICK);
    expect(log).toEqual(['0', '50']);
    clock.advance(10_000);
    expect([log, wheel.size]).toEqual([['0', '50', '1000'], 0]);
  });

  it('waits for longer than a timer of the clock can', () => {
    const days = 24 * 60 * 60_000;
    wheel.after(60 * days, note('60 days'));
    expect(clock.waiting).toEqual([2 ** 31 - 1]);
    clock.advance(60 * days - 1);
    expect(log).toEqual([]);
    clock.advance(1 + TICK);
    expect([log, clock.waiting]).toEqual([['60 days'], []]);
  });

  it('has one timer of the clock, whatever it holds, and none where it holds nothing', () => {
    const timers = Array.from({ length: 1_000 }, (_, index) => wheel.after(index * 7, note(`${index}`)));
    expect(clock.waiting).toHaveLength(1);
    for (const timer of timers) timer.cancel();
    expect([clock.waiting, wheel.size]).toEqual([[], 0]);
  });

  it('wakes for no timer that was cancelled', () => {
    const soon = wheel.after(100, note('soon'));
    wheel.after(5_000, note('late'));
    soon.cancel();
    wheel.after(6_000, note('later'));
    clock.advance(4_000);
    expect(clock.waiting.every((ms) => ms >= 1_000)).toBe(true);
    clock.advance(3_000);
    expect(log).toEqual(['late', 'later']);
  });

  it('wakes earlier for a timer that is due before all others', () => {
    wheel.after(5_000, note('late'));
    wheel.after(40, note('soon'));
    clock.advance(60);
    expect(log).toEqual(['soon']);
  });

  it('does not call a timer that another of the same tick has cancelled', () => {
    const others: Timer[] = [];
    wheel.after(10, () => others[0]?.cancel());
    others.push(wheel.after(10, note('second')));
    wheel.after(10, note('third'));
    clock.advance(100);
    expect([log, wheel.size]).toEqual([['third'], 0]);
  });

  it('is cancelled twice, or too late, without harm', () => {
    const timer = wheel.after(10, note('a'));
    wheel.after(10, note('b'));
    clock.advance(100);
    timer.cancel();
    timer.cancel();
    wheel.after(10, note('c')).cancel();
    wheel.after(10, note('d'));
    expect(wheel.size).toBe(1);
    clock.advance(100);
    expect(log).toEqual(['a', 'b', 'd']);
  });

  it('takes new timers while it runs', () => {
    let runs = 0;
    const again = (): void => {
      if (++runs < 5) wheel.after(0, again);
    };
    wheel.after(0, again);
    clock.advance(10 * TICK);
    expect([runs, wheel.size]).toEqual([5, 0]);
  });

  it('tells each timer how late it is', () => {
    let late = -1;
    wheel.after(100, (by) => (late = by));
    clock.sleep(60_100);
    expect(late).toBe(60_000);
  });

  it('calls what is due after a sleep in the order in which it was due', () => {
    for (const ms of [300, 100, 200]) wheel.after(ms, note(`${ms}`));
    clock.sleep(1_000);
    expect(log).toEqual(['100', '200', '300']);
  });

  it('goes on behind a timer that throws', () => {
    wheel.after(10, () => {
      throw new Error('boom');
    });
    wheel.after(10, note('next'));
    clock.advance(100);
    expect([log, errors.map(String)]).toEqual([['next'], ['Error: boom']]);
  });

  it('calls nothing once it is closed, also where a timer closes it', () => {
    wheel.after(10, () => wheel.close());
    wheel.after(10, note('same tick'));
    wheel.after(500, note('later'));
    clock.advance(10_000);
    expect([log, wheel.size, clock.waiting]).toEqual([[], 0, []]);
    wheel.after(10, note('too late')).cancel();
    wheel.after(10, note('too late'));
    clock.advance(100);
    expect([log, wheel.size, clock.waiting]).toEqual([[], 0, []]);
  });

  it('does what a list of timers would do', () => {
    const act = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('after' as const), n: fc.nat(500) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), n: fc.nat(30) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), n: fc.nat(200) }) },
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const own = new ManualClock();
        const examined = new TimerWheel(own, (error) => errors.push(error), TICK);
        /** Each with when it is called: at the first tick from when it is due. */
        const expected = new Map<number, number>();
        const called: number[] = [];
        const timers: Timer[] = [];
        for (const { kind, n } of acts) {
          if (kind === 'after') {
            const index = timers.length;
            expected.set(index, Math.ceil((own.now() + n) / TICK) * TICK);
            timers.push(examined.after(n, () => called.push(index)));
          } else if (kind === 'cancel') {
            timers[n]?.cancel();
            expected.delete(n);
          } else {
            own.advance(n);
            const due = [...expected].filter(([, at]) => at <= own.now()).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
            for (const [index] of due) expected.delete(index);
            expect(called.splice(0)).toEqual(due.map(([index]) => index));
          }
          expect(examined.size).toBe(expected.size);
        }
        examined.close();
        expect(own.waiting).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
