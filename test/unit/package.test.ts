import { expect, test } from '@jest/globals';
import * as client from 'nestjs-roost/client';
import * as roost from '../../lib/index.js';

test('the entry points load by name and by path', () => {
  expect(roost).toBeDefined();
  expect(client).toBeDefined();
});
