import type { Settings } from '../measure/rounds.js';
import type { Findings } from '../report/findings.js';

/** Something that is measured, with several servers beside each other. */
export interface Scenario {
  /** As the command line names it. */
  readonly name: string;
  readonly title: string;
  run(settings: Settings): Promise<Findings>;
}
