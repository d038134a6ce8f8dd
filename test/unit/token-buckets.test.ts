import { describe, expect, it } from '@jest/globals';
import { TokenBuckets } from '../../lib/connection/token-buckets.js';

describe('Token buckets', () => {
  it('are forgotten when they are full again', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 2 }, 100);
    for (const key of ['a', 'b', 'c']) buckets.of(key, 0).take(0);
    expect(buckets.size).toBe(3);
    buckets.of('d', 999).take(999);
    expect(buckets.size).toBe(4);
    buckets.of('e', 1_000).take(1_000);
    expect(buckets.size).toBe(2);
  });

  it('are no more than they may be: those that were used last', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 3);
    for (const key of ['a', 'b', 'c']) buckets.of(key, 0).take(0);
    expect(buckets.of('a', 1).take(1)).toBe(999);
    buckets.of('d', 2).take(2);
    expect(buckets.size).toBe(3);
    expect(buckets.of('a', 3).take(3)).toBe(997);
    expect(buckets.of('b', 4).take(4)).toBeUndefined();
    expect(buckets.size).toBe(3);
  });
});
