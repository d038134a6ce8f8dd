import { readResult } from '../report/results.js';

/** Microseconds of CPU. */
export interface Cost {
  readonly node: number;
  readonly redis: number;
}

/** What was measured, and the model reckons with: medians. */
export interface UnitCosts {
  readonly connect: Cost;
  readonly resumeElsewhere: Cost;
  readonly heartbeat: Cost;
  readonly refresh: Cost;
  readonly check: Cost;
  readonly receive: Cost;
  readonly publish: Cost;
  readonly hear: Cost;
  readonly write: Cost;
  readonly copy: Cost;
  /** Bytes. */
  readonly connection: number;
  readonly session: number;
  readonly roomOnNode: number;
  readonly room: number;
  readonly message: number;
  readonly delivery: number;
  /** When it was measured. */
  readonly date: string;
}

/** Reads them from what `npm run bench -- cluster-costs` has kept; nothing where it never ran. */
export function readUnitCosts(): UnitCosts | undefined {
  const result = readResult('cluster-costs');
  const figures = result?.findings.figures;
  if (result === undefined || figures === undefined) return undefined;
  const median = (name: string): number => {
    const figure = figures[name];
    if (figure === undefined) throw new Error(`cluster-costs has no figure ${name}`);
    // A difference of two measurements may come out below nothing.
    return Math.max(0, figure.median);
  };
  const cost = (name: string): Cost => ({ node: median(`${name}.nodes`), redis: median(`${name}.redis`) });
  return {
    connect: cost('connect'),
    resumeElsewhere: cost('resumeElsewhere'),
    heartbeat: cost('heartbeat'),
    refresh: cost('refresh'),
    check: cost('check'),
    receive: cost('receive'),
    publish: cost('publish'),
    hear: cost('hear'),
    write: cost('write'),
    copy: cost('copy'),
    connection: median('connection'),
    session: median('session'),
    roomOnNode: median('roomOnNode'),
    room: median('room'),
    message: median('message'),
    delivery: median('delivery'),
    date: result.date,
  };
}
