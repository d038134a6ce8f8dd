import type { ServerOptions } from '../servers/options.js';
import { ratios, spread, type Spread } from '../statistics.js';
import type { Peer } from './peers.js';

/** How much is measured. */
export interface Settings {
  readonly rounds: number;
  /** Fewer clients and shorter windows, to see that it works. */
  readonly quick: boolean;
  readonly progress: (text: string) => void;
}

/** A server in the way it is set up for a scenario. */
export interface Case {
  readonly title: string;
  readonly peer: Peer;
  readonly options: ServerOptions;
}

/** Servers with their defaults. */
export function defaults(...peers: readonly Peer[]): Case[] {
  return peers.map((peer) => ({ title: peer.title, peer, options: {} }));
}

/** The case of a server that is among them once. */
export function caseOf(cases: readonly Case[], peer: Peer): Case {
  const found = cases.find((one) => one.peer === peer);
  if (found === undefined) throw new Error(`${peer.title} is not among the cases`);
  return found;
}

/** A size, or a smaller one where it is only to be seen that it works. */
export function sized<T>({ quick }: Settings, full: T, small: T): T {
  return quick ? small : full;
}

/** Milliseconds of warming up and of measuring. */
export interface Times {
  readonly warmUp: number;
  readonly measure: number;
}

export function times(settings: Settings): Times {
  return sized(settings, { warmUp: 300, measure: 800 }, { warmUp: 200, measure: 400 });
}

/** Takes one figure; there may be none. */
export type PickFigure<T> = (value: T) => number | undefined;

/** What was measured, round by round. */
export class Outcomes<T> {
  readonly #values = new Map<Case, T[]>();
  readonly #failures = new Map<Case, string>();

  /** Why some were not measured. */
  get notes(): string[] {
    return [...this.#failures].map(([{ title }, why]) => `${title}: not measured (${why}).`);
  }

  failed(of: Case): boolean {
    return this.#failures.has(of);
  }

  add(of: Case, value: T): void {
    const values = this.#values.get(of);
    if (values === undefined) this.#values.set(of, [value]);
    else values.push(value);
  }

  /** Gives a case up: rounds without it could not be compared. */
  fail(of: Case, error: Error): void {
    this.#failures.set(of, error.message.split('\n')[0] ?? '');
    this.#values.delete(of);
  }

  of(one: Case): readonly T[] {
    return this.#values.get(one) ?? [];
  }

  /** Median and range of one figure. */
  spread(of: Case, pick: PickFigure<T>): Spread | undefined {
    return spread(this.#picked(of, pick));
  }

  /** Median and range of one figure's ratio between two cases in the same round. */
  ratio(of: Case, to: Case, pick: PickFigure<T>): Spread | undefined {
    return ratios(this.#picked(of, pick), this.#picked(to, pick));
  }

  #picked(of: Case, pick: PickFigure<T>): number[] {
    return this.of(of).map((value) => pick(value) ?? Number.NaN);
  }
}

/** Measures all cases in each round, in an order that changes, so that a noisy minute does not hit one of them alone. */
export async function inRounds<T>(
  settings: Settings,
  cases: readonly Case[],
  measure: (of: Case) => Promise<T>,
): Promise<Outcomes<T>> {
  const outcomes = new Outcomes<T>();
  for (let round = 0; round < settings.rounds; round++) {
    const first = round % cases.length;
    for (const one of [...cases.slice(first), ...cases.slice(0, first)]) {
      if (outcomes.failed(one)) continue;
      settings.progress(`round ${round + 1} of ${settings.rounds}: ${one.title}`);
      try {
        outcomes.add(one, await measure(one));
      } catch (error) {
        outcomes.fail(one, error as Error);
      }
    }
  }
  return outcomes;
}
