import { describe, expect, it } from '@jest/globals';
import { Traffic } from '../../lib/connection/traffic.js';

describe('traffic', () => {
  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [1_024, 10],
    [1_025, 11],
    [1_000_000, 11],
  ])('counts a write of %i frames under the size 2 to the power of %i, or above all sizes', (frames, size) => {
    const traffic = new Traffic();
    traffic.wrote(frames, 10);
    expect(traffic.batches).toEqual(Array.from({ length: 12 }, (_, i) => (i === size ? 1 : 0)));
    expect(traffic).toMatchObject({ frames, writes: 1, bytes: 10 });
  });

  it('keeps a bounded number of close codes, whatever clients close with', () => {
    const traffic = new Traffic();
    for (let code = 1000; code < 5_000; code++) traffic.closed(code);
    expect(traffic.closes.size).toBeLessThan(32);
    expect(traffic.closes.get(4502)).toBe(1);
    expect([...traffic.closes.values()].reduce((sum, n) => sum + n)).toBe(4_000);
  });
});
