import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Link } from '../support/link.js';
import { checkProperty, TIMES } from '../support/property.js';
import { variant } from '../support/variant.js';
import { play } from './run.js';
import { stepArbitrary } from './steps.js';

/** Less is looked for in each variant than in the engine as it comes. */
const RUNS = variant.window || variant.compression ? 500 : 2_000;

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
      await checkProperty('order and delivery', property, RUNS);
      expect(Link.inflated > 0).toBe(variant.compression);
    },
    240_000 * TIMES,
  );
});
