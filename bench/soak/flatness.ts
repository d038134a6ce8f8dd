/** Memory at one moment, with the garbage collected. */
export interface Point {
  /** Seconds since the start. */
  readonly at: number;
  readonly bytes: number;
}

export interface Flatness {
  /** Bytes, on average over what is looked at. */
  readonly mean: number;
  /** Bytes per hour that the line through the points rises by. */
  readonly perHour: number;
  /** What that line rises by from the first point that counts to the last, relative to the mean. */
  readonly growth: number;
  /** The most that {@link growth} may be. */
  readonly most: number;
  readonly flat: boolean;
}

/** Of the run, what does not count: rooms, histories and queues fill, code is compiled. */
const WARM_UP = 1 / 3;

/**
 * Says whether memory is flat: it is, where the straight line that fits the last two thirds of the points best rises by
 * no more than a share of their mean. The line, and not the difference of two points, since each point has noise.
 *
 * @param most the share
 */
export function flatness(points: readonly Point[], most: number): Flatness {
  const end = points.at(-1)?.at ?? 0;
  const counted = points.filter(({ at }) => at >= end * WARM_UP);
  const first = counted[0]?.at ?? 0;
  if (counted.length < 3) throw new Error('too few points to say whether memory is flat');
  const meanAt = mean(counted.map(({ at }) => at));
  const meanBytes = mean(counted.map(({ bytes }) => bytes));
  const along = counted.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const both = counted.reduce((sum, { at, bytes }) => sum + (at - meanAt) * (bytes - meanBytes), 0);
  const slope = both / along;
  const growth = (slope * (end - first)) / meanBytes;
  return { mean: meanBytes, perHour: slope * 3_600, growth, most, flat: growth <= most };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
