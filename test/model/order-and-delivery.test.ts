import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkProperty, TIMES } from '../support/property.js';
import { play } from './run.js';
import { stepArbitrary } from './steps.js';

describe('order and delivery', () => {
  it(
    'hold whatever happens, in whatever order',
    async () => {
      const property = fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 5, maxLength: 60, size: 'max' }),
        async (steps) => {
          expect(await play(steps)).toEqual([]);
        },
      );
      await checkProperty('order and delivery', property, 2_000);
    },
    240_000 * TIMES,
  );
});
