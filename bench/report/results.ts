import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Machine } from '../machine.js';
import { readVersions } from '../versions.js';
import type { Findings } from './findings.js';
import { writePage } from './markdown.js';
import { drawPlot } from './plot.js';

/** What a scenario found, when and where. */
export interface Result {
  readonly name: string;
  readonly title: string;
  /** `2026-01-31` */
  readonly date: string;
  readonly rounds: number;
  readonly machine: Machine;
  readonly findings: Findings;
}

const RESULTS = resolve('bench/results');
const DOCS = resolve('docs');

/** Keeps a result until the scenario is measured again. */
export function saveResult(result: Result): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(fileOf(result.name), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Writes the page and its plots from the results that are kept, in this order. */
export function writeDocs(names: readonly string[]): void {
  const results = names.flatMap((name) => readResult(name) ?? []);
  mkdirSync(DOCS, { recursive: true });
  writeFileSync(`${DOCS}/benchmarks.md`, writePage(results, readVersions()));
  for (const plot of results.flatMap(({ findings }) => findings.plots)) {
    writeFileSync(`${DOCS}/${plot.file}`, drawPlot(plot));
  }
}

/** A result that is kept. */
export function readResult(name: string): Result | undefined {
  if (!existsSync(fileOf(name))) return undefined;
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Result;
}

function fileOf(name: string): string {
  return `${RESULTS}/${name}.json`;
}
