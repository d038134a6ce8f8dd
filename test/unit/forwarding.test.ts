import { describe, expect, it } from '@jest/globals';
import { RoostException } from 'nestjs-roost';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { Answers } from '../../lib/sessions/answers.js';
import { Forwarding } from '../../lib/sessions/forwarding.js';
import type { Session } from '../../lib/sessions/session.js';
import type { Cluster } from '../../lib/store/cluster.js';
import { TimerWheel } from '../../lib/time/timer-wheel.js';

describe('an answer for another node', () => {
  it('is tried for as long as that one waits, and no longer', async () => {
    const clock = new ManualClock();
    const wheel = new TimerWheel(clock, (error) => expect(error).toBeUndefined());
    let attempts = 0;
    const replace = async (): Promise<never> => {
      attempts++;
      throw new RoostException('UNAVAILABLE', 'the store does not answer');
    };
    const cluster = { node: 'here', replace } as unknown as Cluster;
    const forwarding = new Forwarding(cluster, clock, wheel, 2_000, async () => {}, (error) => expect(error).toBeUndefined()); // prettier-ignore
    const answers = new Answers({ count: 1, bytes: 100, discarded: 1 });
    forwarding.answered({ id: 'ada', parts: { answers } } as unknown as Session, 1, '{}');
    for (let passed = 0; passed < 10_000; passed += 500) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(500);
    }
    expect(attempts).toBeGreaterThanOrEqual(4);
    expect(attempts).toBeLessThanOrEqual(5);
  });
});
