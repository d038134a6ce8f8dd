import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from 'nestjs-roost';
import { ManualClock, storeContract } from 'nestjs-roost/testing';

describe('MemoryStore keeps the contract of stores', () => {
  const cases = storeContract(() => {
    const clock = new ManualClock();
    return {
      store: new MemoryStore({ date: () => clock.date() }),
      date: () => clock.date(),
      pass: (ms) => clock.advance(ms),
    };
  });
  it.each(cases)('$name', ({ run }) => run());

  it('and there is a contract', () => {
    expect(cases.length).toBeGreaterThan(20);
  });
});
