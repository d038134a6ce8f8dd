import { describe, expect, it } from '@jest/globals';
import { flatness, type Point } from '../../bench/soak/flatness.js';

/** Sixty samples, ten seconds apart, with noise that does not lean to a side. */
function memory(bytesAt: (second: number) => number): Point[] {
  return Array.from({ length: 60 }, (_, n) => {
    const at = (n + 1) * 10;
    return { at, bytes: bytesAt(at) + 2_000 * Math.sin(n * 2.4) };
  });
}

describe('memory', () => {
  it('that fills and then stays is flat', () => {
    const { flat, mean, growth } = flatness(
      memory((at) => (at < 150 ? at * 1_000 : 150_000)),
      0.01,
    );
    expect(flat).toBe(true);
    expect(mean).toBeCloseTo(150_000, -3);
    expect(Math.abs(growth)).toBeLessThan(0.005);
  });

  it('that rises all the time is not, and by how much an hour is told', () => {
    const { flat, perHour, growth } = flatness(
      memory((at) => 100_000 + at * 50),
      0.05,
    );
    expect(flat).toBe(false);
    expect(perHour / 180_000).toBeCloseTo(1, 1);
    expect(growth).toBeCloseTo((50 * 400) / 120_000, 2);
  });

  it('that falls is flat', () => {
    expect(
      flatness(
        memory((at) => 500_000 - at * 100),
        0.05,
      ).flat,
    ).toBe(true);
  });

  it('cannot be judged by two samples', () => {
    expect(() => flatness(memory(() => 1).slice(0, 2), 0.05)).toThrow('too few');
  });
});
