import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkProperty, TIMES } from '../support/property.js';
import { SharedStore } from '../support/shared-store.js';
import { play } from './run.js';
import { stepArbitrary } from './steps.js';
import { ALONE, type Setting } from './world.js';

/** Two nodes that share what they keep, without a network in between. */
const PAIR: Setting = {
  ...ALONE,
  stores: (date) => {
    const shared = new SharedStore({ date });
    return [shared.node(), shared.node()];
  },
};

describe('order and delivery on two nodes', () => {
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
