import { describe, expect, it } from '@jest/globals';
import { Answers } from '../../lib/sessions/answers.js';

function answers(limits: Partial<ConstructorParameters<typeof Answers>[0]> = {}): Answers {
  return new Answers({ count: 3, bytes: 1_000, discarded: 4, ...limits });
}

function run(known: Answers, id: number, text = `answer ${id}`): void {
  known.begin(id);
  known.settle(id, text);
}

describe('answers', () => {
  it('know an id from when it is received', () => {
    const known = answers();
    expect(known.look(1, false)).toBe('new');
    known.begin(1);
    expect(known.look(1, false)).toBe('running');
    known.settle(1, 'done');
    expect(known.look(1, false)).toEqual({ text: 'done' });
    expect([known.lastId, known.look(2, false)]).toEqual([1, 'new']);
  });

  it('keep the last ones, and know older ids as too old', () => {
    const known = answers();
    for (const id of [1, 2, 3, 4]) run(known, id);
    expect([1, 2, 3, 4, 5].map((id) => known.look(id, false))).toEqual([
      'expired', { text: 'answer 2' }, { text: 'answer 3' }, { text: 'answer 4' }, 'new',
    ]); // prettier-ignore
  });

  it('keep no more than their bytes', () => {
    const known = answers({ bytes: 20 });
    run(known, 1, 'x'.repeat(12));
    run(known, 2, 'x'.repeat(12));
    expect([known.look(1, false), known.look(2, false)]).toEqual(['expired', { text: 'x'.repeat(12) }]);
    run(known, 3, 'x'.repeat(21));
    expect([known.look(2, false), known.look(3, false)]).toEqual(['expired', 'expired']);
    run(known, 4, 'short');
    expect(known.look(4, false)).toEqual({ text: 'short' });
  });

  it('never forget one that still runs, however many were answered since', () => {
    const known = answers();
    known.begin(1);
    for (const id of [2, 3, 4, 5, 6]) run(known, id);
    expect(known.look(1, false)).toBe('running');
    known.settle(1, 'late');
    expect(known.look(1, false)).toEqual({ text: 'late' });
  });

  it('stay the first ones', () => {
    const known = answers();
    run(known, 1, 'first');
    known.settle(1, 'second');
    expect(known.look(1, false)).toEqual({ text: 'first' });
  });

  it('take ids that were skipped for known: ids rise', () => {
    const known = answers();
    run(known, 5);
    expect(known.look(3, false)).toBe('expired');
  });

  it('let a question be asked anew, but not beside itself', () => {
    const known = answers();
    known.begin(1);
    expect(known.look(1, true)).toBe('running');
    known.settle(1, undefined);
    expect([known.look(1, true), known.look(1, false)]).toEqual(['new', 'expired']);
  });

  it('let a request come again that never ran', () => {
    const known = answers();
    for (const id of [1, 2, 3]) known.begin(id);
    known.discard(2);
    known.discard(3);
    expect([known.look(1, false), known.look(2, false), known.look(3, false)]).toEqual(['running', 'new', 'new']);
    run(known, 2);
    expect([known.look(2, false), known.look(3, false)]).toEqual([{ text: 'answer 2' }, 'new']);
  });

  it('remember a bounded number of those', () => {
    const known = answers({ discarded: 2 });
    for (const id of [1, 2, 3]) known.begin(id);
    for (const id of [1, 2, 3]) known.discard(id);
    expect([1, 2, 3].map((id) => known.look(id, false))).toEqual(['expired', 'new', 'new']);
  });
});
