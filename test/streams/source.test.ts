import { EventEmitter, on } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { lastValueFrom, toArray } from 'rxjs';
import { valuesOf } from '../../lib/streams/source.js';

describe('an AsyncIterable as a source', () => {
  it('gives its values and its end', async () => {
    async function* three() {
      yield* [1, 2, 3];
    }
    expect(await lastValueFrom(valuesOf(three()).pipe(toArray()))).toEqual([1, 2, 3]);
  });

  it('gives its error', async () => {
    const failing: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('broken')) }),
    };
    await expect(lastValueFrom(valuesOf(failing))).rejects.toThrow('broken');
  });

  it('is ended at once by who unsubscribes, though no value comes', () => {
    const emitter = new EventEmitter();
    const subscription = valuesOf(on(emitter, 'price')).subscribe();
    expect(emitter.listenerCount('price')).toBe(1);
    subscription.unsubscribe();
    expect(emitter.listenerCount('price')).toBe(0);
  });
});
