import { RoostException } from '../protocol/index.js';
import type { TimerWheel } from '../time/timer-wheel.js';

/**
 * Waits for work, but not for ever.
 *
 * @param ms milliseconds
 * @param onLate told when the work comes to its end after all, with its error where it failed
 * @throws {RoostException} OUTCOME_UNKNOWN when the time is over
 */
export function withDeadline<T>(
  wheel: TimerWheel,
  ms: number,
  work: Promise<T>,
  onLate: (error: unknown) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let over = false;
    const timer = wheel.after(ms, () => {
      over = true;
      reject(new RoostException('OUTCOME_UNKNOWN', 'the handler did not answer in time'));
    });
    const settle = (deliver: () => void, error: unknown): void => {
      timer.cancel();
      if (over) onLate(error);
      else deliver();
    };
    work.then(
      (value) => settle(() => resolve(value), undefined),
      (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error))), error),
    );
  });
}
