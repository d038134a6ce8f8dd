import { beforeEach, describe, expect, it } from '@jest/globals';
import { deflatedFrame, textFrame } from '../../lib/connection/frame.js';
import type { Outbox } from '../../lib/connection/outbox.js';
import { Batch } from '../../lib/rooms/batch.js';

interface Recorded {
  readonly id: string;
  readonly connection: { readonly outbox: Outbox; readonly compresses: boolean };
  readonly member: { skip(count: number): void };
  readonly pushed: Buffer[];
  /** Frames it was told to be in them. */
  frames: number;
  /** Ephemeral messages it did not get. */
  skipped: number;
}

function member(id: string, options: { congested?: boolean; compresses?: boolean } = {}): Recorded {
  const { congested = false, compresses = false } = options;
  const pushed: Buffer[] = [];
  const push = (chunk: Buffer, frames: number) => {
    pushed.push(chunk);
    recorded.frames += frames;
  };
  const outbox = { congested, push } as unknown as Outbox;
  const recorded: Recorded = {
    id,
    connection: { outbox, compresses },
    member: { skip: (count) => (recorded.skipped += count) },
    pushed,
    frames: 0,
    skipped: 0,
  };
  return recorded;
}

const joined = (...texts: string[]) => Buffer.concat(texts.map(textFrame));
const LONG = 'x'.repeat(2_000);

describe('a batch', () => {
  let batch: Batch;
  let ann: Recorded;
  let bob: Recorded;

  beforeEach(() => {
    batch = new Batch(1_024);
    ann = member('ann');
    bob = member('bob');
  });

  it('hands the same bytes to every member, in one piece', () => {
    const all = Array.from({ length: 50 }, (_, index) => member(`${index}`));
    batch.add('one');
    batch.add('two');
    batch.deliver(all);
    const [first] = (all[0] as Recorded).pushed;
    expect(first).toEqual(joined('one', 'two'));
    for (const { pushed } of all) {
      expect(pushed).toHaveLength(1);
      expect(pushed[0]).toBe(first);
    }
  });

  it('hands over pieces of at most 64 KiB, since an empty queue takes any one of them', () => {
    const text = 'x'.repeat(30_000);
    for (let n = 0; n < 5; n++) batch.add(text);
    batch.add('y'.repeat(100_000));
    batch.add('end', { except: ['bob'], instead: 'skip' });
    batch.deliver([ann, bob, member('cid')]);
    const two = joined(text, text);
    expect(ann.pushed).toEqual([two, two, textFrame(text), textFrame('y'.repeat(100_000)), textFrame('end')]);
    expect(bob.pushed).toEqual([two, two, textFrame(text), textFrame('y'.repeat(100_000)), textFrame('skip')]);
  });

  it('copies nothing where there is one message', () => {
    batch.add('one');
    batch.deliver([ann, bob]);
    expect(ann.pushed[0]).toBe(bob.pushed[0]);
    expect(ann.pushed).toEqual([textFrame('one')]);
  });

  it('begins anew with each delivery', () => {
    batch.add('one', { except: ['ann'], ephemeral: true });
    expect(batch.empty).toBe(false);
    batch.deliver([ann, bob]);
    expect(batch.empty).toBe(true);
    batch.add('two');
    batch.deliver([ann, bob]);
    expect(ann.pushed).toEqual([textFrame('two')]);
    expect(ann.pushed[0]).toBe(bob.pushed[1]);
  });

  it('gives who is spared a skip in its place, and bytes of their own', () => {
    batch.add('one');
    batch.add('two', { except: ['ann'], instead: 'skip' });
    batch.add('three');
    batch.deliver([ann, bob]);
    expect(ann.pushed).toEqual([joined('one', 'skip', 'three')]);
    expect(bob.pushed).toEqual([joined('one', 'two', 'three')]);
  });

  it('writes nothing to who is spared everything', () => {
    batch.add('one', { except: ['ann'] });
    batch.deliver([ann, bob]);
    expect([ann.pushed, bob.pushed]).toEqual([[], [textFrame('one')]]);
  });

  it('skips what is ephemeral for members whose queue is long, and counts it', () => {
    const slow = [member('s', { congested: true }), member('t', { congested: true })] as const;
    batch.add('kept');
    batch.add('typing', { ephemeral: true });
    batch.deliver([ann, ...slow]);
    expect(ann.pushed).toEqual([joined('kept', 'typing')]);
    expect(slow[0].pushed).toEqual([textFrame('kept')]);
    expect(slow[1].pushed[0]).toBe(slow[0].pushed[0]);
    expect([ann, ...slow].map(({ skipped }) => skipped)).toEqual([0, 1, 1]);
  });

  it('writes nothing to them where all of it is ephemeral', () => {
    const slow = member('s', { congested: true });
    batch.add('typing', { ephemeral: true });
    batch.deliver([slow]);
    expect(slow.pushed).toEqual([]);
  });

  it('gives them everything that is kept, however long their queue', () => {
    const slow = member('s', { congested: true });
    batch.add('kept');
    batch.deliver([slow, ann]);
    expect(slow.pushed[0]).toBe(ann.pushed[0]);
  });

  it('spares and skips at the same time', () => {
    const slow = member('ann', { congested: true });
    batch.add('typing', { ephemeral: true });
    batch.add('my typing', { ephemeral: true, except: ['ann'] });
    batch.add('mine', { except: ['ann'], instead: 'skip' });
    batch.deliver([slow]);
    expect(slow.pushed).toEqual([textFrame('skip')]);
    // What was not for it is not missed.
    expect(slow.skipped).toBe(1);
  });

  it('compresses once for all who take it so, and only what is long', () => {
    const zips = [member('y', { compresses: true }), member('z', { compresses: true })] as const;
    batch.add(LONG);
    batch.add('short');
    batch.deliver([ann, ...zips]);
    expect(zips[0].pushed[0]).toBe(zips[1].pushed[0]);
    expect(zips[0].pushed).toEqual([Buffer.concat([deflatedFrame(textFrame(LONG), 1_024), textFrame('short')])]);
    expect(ann.pushed).toEqual([joined(LONG, 'short')]);
  });

  it('bears members that leave while it is delivered', () => {
    const members = new Set([ann, bob, member('cid')]);
    const outbox = { congested: false, push: () => members.delete(bob) } as unknown as Outbox;
    const leaver = { ...member('first'), connection: { outbox, compresses: false } };
    batch.add('one');
    batch.deliver(new Set([leaver, ...members]));
    expect(ann.pushed).toHaveLength(1);
  });
});
