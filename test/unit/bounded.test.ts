import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from '../../lib/connection/token-bucket.js';
import { AwayList } from '../../lib/sessions/away-list.js';
import { DirectQueue } from '../../lib/sessions/direct-queue.js';
import type { Session } from '../../lib/sessions/session.js';

describe('direct messages', () => {
  const queue = (limits = { count: 3, bytes: 100 }) => new DirectQueue(limits);
  const add = (direct: DirectQueue, text: string) => direct.add((seq) => `${seq}${text}`);

  it('are numbered from 1 and kept until acknowledged', () => {
    const direct = queue();
    expect([add(direct, 'a'), add(direct, 'b')]).toEqual(['1a', '2b']);
    expect(direct.since(0)).toEqual({ seq: 0, recovered: true, texts: ['1a', '2b'] });
    direct.acknowledge(1);
    direct.acknowledge(1);
    direct.acknowledge(0);
    expect([direct.size, direct.since(1)]).toEqual([1, { seq: 1, recovered: true, texts: ['2b'] }]);
    expect(add(direct, 'c')).toBe('3c');
  });

  it('are lost past their number or their bytes, oldest first, and that is told', () => {
    const direct = queue();
    for (const text of ['a', 'b', 'c', 'd', 'e']) add(direct, text);
    expect(direct.since(0)).toEqual({ seq: 2, recovered: false, texts: ['3c', '4d', '5e'] });
    const large = queue();
    add(large, 'x'.repeat(60));
    add(large, 'y'.repeat(60));
    expect(large.since(0)).toMatchObject({ seq: 1, recovered: false });
    add(large, 'z'.repeat(200));
    expect([large.size, large.since(0)]).toEqual([0, { seq: 3, recovered: false, texts: [] }]);
  });

  it('take a client that says it has seen more than there was as one that has lost its place', () => {
    const direct = queue();
    add(direct, 'a');
    expect(direct.since(Number.MAX_SAFE_INTEGER)).toEqual({ seq: 1, recovered: false, texts: [] });
    expect(add(direct, 'b')).toBe('2b');
  });
});

describe('the list of sessions that are away', () => {
  const limits = { awayPerUser: 2, awayPerAddress: 1, away: 4 };
  const session = (user: string | undefined, address = 'here') =>
    ({ user: user === undefined ? undefined : { id: user }, address }) as unknown as Session;

  it('names the oldest of a user with too many', () => {
    const list = new AwayList(limits);
    const [first, second, third] = [session('ann'), session('ann', 'there'), session('ann')];
    expect([list.add(first), list.add(second), list.add(third)]).toEqual([[], [], [first]]);
  });

  it('counts those of nobody by address, and apart from users who are called alike', () => {
    const list = new AwayList(limits);
    const first = session(undefined, 'ann');
    expect([list.add(first), list.add(session('ann')), list.add(session(undefined, 'bob'))]).toEqual([[], [], []]);
    expect(list.add(session(undefined, 'ann'))).toEqual([first]);
  });

  it('names the oldest of all where there are too many', () => {
    const list = new AwayList(limits);
    const all = ['a', 'b', 'c', 'd', 'e'].map((user) => session(user));
    expect(all.map((one) => list.add(one).length)).toEqual([0, 0, 0, 0, 1]);
  });

  it('names one session once, though it is the oldest twice over', () => {
    const list = new AwayList({ awayPerUser: 1, awayPerAddress: 1, away: 1 });
    const first = session('ann');
    list.add(first);
    expect(list.add(session('ann'))).toEqual([first]);
  });

  it('forgets who has come back: nobody is the older for having been away before', () => {
    const list = new AwayList(limits);
    const [first, second] = [session('ann'), session('ann')];
    list.add(first);
    list.add(second);
    list.remove(first);
    list.remove(first);
    list.add(first);
    expect([list.size, list.add(session('ann'))]).toEqual([2, [second]]);
  });

  it('is never longer than it may be, where all it names are ended', () => {
    const who = fc.record({ user: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), back: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(who, { maxLength: 60 }), (comings) => {
        const list = new AwayList(limits);
        const away: Session[] = [];
        for (const { user, back } of comings) {
          const one = session(user);
          away.push(one);
          for (const gone of list.add(one)) {
            list.remove(gone);
            away.splice(away.indexOf(gone), 1);
          }
          expect(list.size).toBe(away.length);
          expect(list.size).toBeLessThanOrEqual(limits.away);
          const returned = away[back];
          if (returned === undefined) continue;
          list.remove(returned);
          away.splice(back, 1);
        }
      }),
    );
  });
});

describe('a token bucket', () => {
  it('gives a burst at once, then as many as its rate', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0);
    expect([0, 0, 0].map((now) => bucket.take(now))).toEqual([undefined, undefined, undefined]);
    expect(bucket.take(0)).toBe(500);
    expect(bucket.take(400)).toBe(100);
    expect([bucket.take(500), bucket.take(500)]).toEqual([undefined, 500]);
  });

  it('holds no more than its burst, however long it rests', () => {
    const bucket = new TokenBucket({ perSecond: 100, burst: 2 }, 0);
    expect([bucket.take(1e9), bucket.take(1e9), bucket.take(1e9)]).toEqual([undefined, undefined, 10]);
    expect([bucket.full(1e9 + 10), bucket.full(1e9 + 20)]).toEqual([false, true]);
  });

  it('takes a token back', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    bucket.take(0);
    bucket.giveBack();
    bucket.giveBack();
    expect([bucket.take(0), bucket.take(0)]).toEqual([undefined, 1_000]);
  });

  it('has a token when it said it would, and never more than burst and rate allow', () => {
    const rate = fc.record({
      perSecond: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(rate, fc.array(fc.nat(2_000), { maxLength: 80 }), (given, waits) => {
        const bucket = new TokenBucket(given, 0);
        let now = 0;
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          const after = bucket.take(now);
          if (after === undefined) taken++;
          expect(taken).toBeLessThanOrEqual(given.burst + (now / 1_000) * given.perSecond + 1e-6);
          if (after === undefined) continue;
          expect(after).toBeGreaterThan(0);
          now += after;
          expect(bucket.take(now)).toBeUndefined();
          taken++;
        }
      }),
    );
  });
});
