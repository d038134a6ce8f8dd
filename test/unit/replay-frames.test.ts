import { beforeEach, describe, expect, it } from '@jest/globals';
import { textFrame } from '../../lib/connection/frame.js';
import { encodeEntry, encodeSkip } from '../../lib/rooms/encoding.js';
import { ReplayFrames } from '../../lib/rooms/replay-frames.js';
import type { Entry } from '../../lib/store/store.js';

const ROOM = '"room/a"';

const said = (offset: number, data = `${offset}`, except?: string[]): Entry => {
  return { kind: 'message', offset, event: 'say', data, ts: 0, ...(except && { except }) };
};
const top = (offset: number, epoch = 'e') => ({ epoch, offset });
const joined = (...texts: string[]) => Buffer.concat(texts.map(textFrame));

describe('frames of replays', () => {
  let frames: ReplayFrames;

  beforeEach(() => {
    frames = new ReplayFrames(ROOM);
    frames.retain();
  });

  it('are made once for all who miss the same', () => {
    const first = frames.of([said(1), said(2)], top(2), 'ann');
    expect(first).toEqual(joined(encodeEntry(ROOM, said(1)), encodeEntry(ROOM, said(2))));
    expect(frames.of([said(1), said(2)], top(2), 'bob')).toBe(first);
  });

  it.each([
    ['begins elsewhere', [said(2)], top(2)],
    ['ends elsewhere', [said(1)], top(2)],
    ['was read after something else happened, as a retraction', [said(1, 'null'), said(2)], top(3)],
    ['is of another epoch', [said(1, '"other"'), said(2)], top(2, 'f')],
  ])('are made anew for what %s', (_, entries, position) => {
    frames.of([said(1), said(2)], top(2), 'ann');
    expect(frames.of(entries, position, 'bob')).toEqual(joined(...entries.map((entry) => encodeEntry(ROOM, entry))));
  });

  it('are for one member alone where somebody was not to see a message', () => {
    const entries = [said(1), said(2, '"hidden"', ['bob'])];
    const all = joined(...entries.map((entry) => encodeEntry(ROOM, entry)));
    expect(frames.of(entries, top(2), 'ann')).toEqual(all);
    expect(frames.of(entries, top(2), 'bob')).toEqual(joined(encodeEntry(ROOM, said(1)), encodeSkip(ROOM, 2)));
    expect(frames.of(entries, top(2), 'cyd')).toEqual(all);
  });

  it('are kept while anybody is being replayed, and no longer', () => {
    const first = frames.of([said(1)], top(1), 'ann');
    frames.retain();
    frames.release();
    expect(frames.of([said(1)], top(1), 'ann')).toBe(first);
    frames.release();
    frames.retain();
    expect(frames.of([said(1)], top(1), 'ann')).not.toBe(first);
  });
});
