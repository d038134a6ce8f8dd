import type { Spread } from '../statistics.js';
import type { Figure, Target } from './findings.js';

/** A number as people read it: `983,000`, `0.96`. */
export function writeNumber(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Median and range: `0.96 (0.93–1.02)`; without the range where there is none to see. */
export function writeSpread({ median, min, max }: Spread, digits: number): string {
  const written = writeNumber(median, digits);
  const [low, high] = [writeNumber(min, digits), writeNumber(max, digits)];
  return low === high ? written : `${written} (${low}–${high})`;
}

/** A cell of a table. */
export function writeCell(cell: string | Figure | undefined): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  return writeSpread(cell.spread, cell.digits) + (cell.bounded === true ? ' \\*' : '');
}

export function writeLimit({ most, least }: Target): string {
  return most === undefined ? `at least ${round(least ?? 0)}` : `at most ${round(most)}`;
}

/** Whether a target was met, by the median; nothing where it was not measured. */
export function isMet({ most = Infinity, least = -Infinity, measured }: Target): boolean | undefined {
  return measured && measured.median <= most && measured.median >= least;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
