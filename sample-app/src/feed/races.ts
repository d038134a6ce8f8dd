import { Injectable } from '@nestjs/common';
import { defer, finalize, interval, scan, share, type Observable } from 'rxjs';
import { BIRDS, type Bird } from './feed.contract.js';

/** How high each bird flies, in metres. */
export type Heights = Readonly<Record<Bird, number>>;

/** The races that somebody watches: one source each, for as many as want to see it or count from it. */
@Injectable()
export class Races {
  readonly #races = new Map<string, Observable<Heights>>();

  get(name: string): Observable<Heights> {
    return defer(() => {
      const forget = finalize<Heights>(() => this.#races.delete(name));
      const race = this.#races.get(name) ?? wind(name).pipe(forget, share());
      this.#races.set(name, race);
      return race;
    });
  }
}

/** Birds in the wind, fifty times a second: a random walk round 100 m, the same for the same name. */
function wind(name: string): Observable<Heights> {
  return defer(() => {
    const random = randomNumbers(name);
    const next = (metres: number) => metres + (random() - 0.5) * 3 + (100 - metres) / 500;
    return interval(20).pipe(
      scan(
        (heights) => ofEach((bird) => next(heights[bird])),
        ofEach(() => 100),
      ),
    );
  });
}

export function ofEach(value: (bird: Bird) => number): Heights {
  return Object.fromEntries(BIRDS.map((bird) => [bird, value(bird)])) as Heights;
}

/** Numbers from 0 to 1 that look random (mulberry32). */
function randomNumbers(seed: string): () => number {
  let state = [...seed].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) | 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
