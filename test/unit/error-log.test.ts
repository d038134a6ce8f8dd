import { afterEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RoostException } from 'nestjs-roost';
import { ErrorLog } from '../../lib/roost.log.js';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('errors are told one by one; that the store does not answer is told now and then, with how often', () => {
  jest.useFakeTimers({ now: 0 });
  const warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
  const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  const log = new ErrorLog();
  for (let n = 0; n < 3; n++) log.report(new Error('a fault'), 'join');
  expect(errors.mock.calls.map(([line]) => line as string)).toEqual(Array(3).fill('join: a fault'));

  const away = new RoostException('UNAVAILABLE', 'the store does not answer');
  for (let n = 0; n < 100; n++) log.report(away, 'session');
  jest.advanceTimersByTime(5_000);
  log.report(away, 'roster');
  expect(warnings.mock.calls.map(([line]) => line as string)).toEqual([
    'session: the store does not answer',
    'roster: the store does not answer, and 99 more since the last line',
  ]);
  expect(errors).toHaveBeenCalledTimes(3);
});
