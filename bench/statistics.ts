/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The median of measurements and their range; nothing where none was made. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  return { median: percentile(sorted, 0.5), min, max };
}

/** The ratios of measurements that were made in the same rounds. */
export function ratios(values: readonly number[], others: readonly number[]): Spread | undefined {
  return spread(values.slice(0, others.length).map((value, round) => value / (others[round] as number)));
}

/**
 * @param sorted ascending, at least one
 * @param share from 0 to 1
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
