import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Lanes } from '../../lib/sessions/lanes.js';

/** Lanes whose tasks end when they are told to. */
class Yard {
  readonly lanes = new Lanes();
  readonly log: string[] = [];
  readonly #ends = new Map<string, () => void>();

  push(lane: string, name: string): void {
    this.lanes.push(lane, {
      run: async () => {
        this.log.push(`run ${name}`);
        await new Promise<void>((resolve) => this.#ends.set(name, resolve));
      },
      discard: () => this.log.push(`discard ${name}`),
    });
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    this.#ends.delete(name);
    await new Promise((resolve) => setImmediate(resolve));
  }

  get running(): string[] {
    return [...this.#ends.keys()];
  }
}

describe('lanes', () => {
  it('run a task at once, and the next one behind it', async () => {
    const yard = new Yard();
    yard.push('a', '1');
    yard.push('a', '2');
    expect(yard.log).toEqual(['run 1']);
    await yard.end('1');
    expect(yard.log).toEqual(['run 1', 'run 2']);
    await yard.end('2');
    expect(yard.lanes.busy('a')).toBe(false);
  });

  it('run beside each other', () => {
    const yard = new Yard();
    for (const lane of ['a', 'b', '', '__proto__']) yard.push(lane, `of ${lane}`);
    expect(yard.running).toHaveLength(4);
    expect([yard.lanes.busy('a'), yard.lanes.busy(''), yard.lanes.busy('c')]).toEqual([true, true, false]);
  });

  it('throw away what waits, and let go on what runs', async () => {
    const yard = new Yard();
    yard.push('a', '1');
    yard.push('a', '2');
    yard.push('b', '3');
    yard.push('a', '4');
    yard.lanes.discardWaiting();
    expect(yard.log).toEqual(['run 1', 'run 3', 'discard 2', 'discard 4']);
    yard.push('a', '5');
    await yard.end('1');
    expect(yard.log.at(-1)).toBe('run 5');
  });

  it('keep their order whatever ends when', async () => {
    const step = fc.record({ lane: fc.nat(2), end: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const yard = new Yard();
        const pushed: string[] = [];
        for (const [index, { lane, end }] of steps.entries()) {
          pushed.push(`${lane} ${index}`);
          yard.push(`${lane}`, `${lane} ${index}`);
          const { running } = yard;
          if (end < running.length) await yard.end(running[end] as string);
        }
        while (yard.running.length > 0) await yard.end(yard.running[0] as string);
        for (const lane of ['0', '1', '2']) {
          const own = (names: string[]) => names.filter((name) => name.split(' ')[0] === lane);
          expect(own(yard.log.map((line) => line.slice('run '.length)))).toEqual(own(pushed));
          expect(yard.lanes.busy(lane)).toBe(false);
        }
      }),
    );
  });
});
