import { describe, expect, it } from '@jest/globals';
import { clusterContract, ManualClock, storeContract } from 'nestjs-roost/testing';
import { SharedStore } from '../support/shared-store.js';

/** What tests of several nodes in one process share is to be as good as Redis. */
describe('SharedStore keeps the contract of stores that nodes share', () => {
  function shared() {
    const clock = new ManualClock();
    const store = new SharedStore({ date: () => clock.date() });
    return { store, date: () => clock.date(), pass: (ms: number) => clock.advance(ms) };
  }

  const alone = storeContract(() => {
    const { store, ...under } = shared();
    return { ...under, store: store.node() };
  });
  const together = clusterContract(() => {
    const { store, pass } = shared();
    return { pass, nodes: [store.node(), store.node()] };
  });
  it.each([...alone, ...together])('$name', ({ run }) => run());

  it('and there is a contract', () => {
    expect(together.length).toBeGreaterThan(15);
  });
});
