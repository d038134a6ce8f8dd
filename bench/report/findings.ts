import type { Spread } from '../statistics.js';

/** A number measured several times, with how it is written. */
export interface Figure {
  readonly spread: Spread;
  readonly digits: number;
  /** The load generator was busy: the server may have been able to do more. */
  readonly bounded?: boolean;
}

export interface Table {
  readonly columns: readonly string[];
  /** One row for each server; nothing stands for what was not measured. */
  readonly rows: readonly (readonly (string | Figure | undefined)[])[];
}

/** What Roost is to reach. */
export interface Target {
  readonly what: string;
  /** The figure has to be at most, or at least, so much. */
  readonly most?: number;
  readonly least?: number;
  readonly measured: Spread | undefined;
}

/** Bars with the range of the measurements, longest last. */
export interface BarPlot {
  readonly kind: 'bars';
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { readonly label: string; readonly spread: Spread }[];
}

/** Lines over sizes that double. */
export interface LinePlot {
  readonly kind: 'lines';
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly sizes: readonly number[];
  readonly sizeName: string;
  readonly lines: readonly { readonly label: string; readonly points: readonly Spread[] }[];
}

/** What a scenario has found. It is plain data, and kept as JSON. */
export interface Findings {
  /** Rounds that were made, where fewer than asked for. */
  readonly rounds?: number;
  /** Paragraphs: what was done. */
  readonly text: readonly string[];
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  readonly plots: readonly (BarPlot | LinePlot)[];
  /** Figures for others to reckon with, by their names. */
  readonly figures?: Readonly<Record<string, Spread>>;
  /** What could not be measured, and other remarks. */
  readonly notes: readonly string[];
}
