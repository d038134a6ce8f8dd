import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkProperty, TIMES } from '../support/property.js';
import { repository } from '../support/run-tool.js';
import { SharedStore } from '../support/shared-store.js';
import { play } from './run.js';
import { stepArbitrary, type Step } from './steps.js';
import { ALONE, type Setting } from './world.js';

/** Two nodes that share what they keep, without a network in between. */
const PAIR: Setting = {
  ...ALONE,
  stores: (date) => {
    const shared = new SharedStore({ date });
    return [shared.node(), shared.node()];
  },
};

/** Runs by chance that went wrong once. */
const found = JSON.parse(readFileSync(join(repository, 'test/model/found-on-two-nodes.json'), 'utf8')) as {
  readonly name: string;
  readonly steps: readonly Step[];
}[];

describe('order and delivery on two nodes', () => {
  it.each(found)('hold as they once did not: $name', async ({ steps }) => {
    expect(await play(steps, PAIR)).toEqual([]);
  });

  it(
    'hold whatever happens, in whatever order, and on whichever node a client comes back',
    async () => {
      const property = fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 5, maxLength: 60, size: 'max' }),
        async (steps) => {
          expect(await play(steps, PAIR)).toEqual([]);
        },
      );
      await checkProperty('order and delivery on two nodes', property, 300);
    },
    240_000 * TIMES,
  );
});
