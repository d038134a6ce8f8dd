import { describe, expect, it } from '@jest/globals';
import { RoostException } from 'nestjs-roost';
import { Answers } from '../../lib/sessions/answers.js';
import { SessionRecord } from '../../lib/sessions/record.js';
import type { Cluster, Saved, SessionChanges } from '../../lib/store/cluster.js';
import { TimerWheel } from '../../lib/time/timer-wheel.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

/** Lets writes wait. */
class Hold {
  until: Promise<void> = Promise.resolve();
  letGo = (): void => {};
  fail = (): void => {};

  hold(): void {
    const held = new Promise<void>((resolve, reject) => {
      this.letGo = resolve;
      this.fail = () => reject(new RoostException('UNAVAILABLE', 'the store does not answer'));
    });
    this.until = held;
    held.catch(() => (this.until = Promise.resolve()));
  }
}

/** A record of a session that keeps two answers, and what it writes. */
function record(saved: ReadonlyMap<string, string> = new Map()) {
  const answers = new Answers({ count: 2, bytes: 1_000, discarded: 4 });
  const written: Pick<SessionChanges, 'set' | 'gone' | 'whole'>[] = [];
  const held = new Hold();
  const clock = new ManualClock();
  const save = async (_id: string, _generation: number, { set, gone, whole }: SessionChanges): Promise<Saved> => {
    written.push({ set, gone, whole });
    await held.until;
    return 'saved';
  };
  const made = new SessionRecord(
    'ada',
    1,
    {
      cluster: { save } as unknown as Cluster,
      wheel: new TimerWheel(clock, (error) => expect(error).toBeUndefined()),
      ttl: 1_000,
      fields: () => new Map(Array.from(answers.running.keys(), (id) => [`q:${id}`, 'running'])),
      answers: answers.kept,
      away: () => false,
      writesAnew: () => false,
      onFenced: () => {},
      onError: (error) => expect(error).toBeUndefined(),
    },
    saved,
  );
  const run = async (id: number): Promise<void> => {
    answers.begin(id);
    answers.start(id, '');
    await made.save();
    answers.settle(id, `answer ${id}`);
    await made.save();
  };
  return { made, answers, written, held, run, clock };
}

describe('what is written of a session', () => {
  it('holds each answer once, and none that is no longer kept', async () => {
    const { written, run } = record();
    for (const id of [1, 2, 3]) await run(id);
    expect(written.map(({ set, gone }) => ({ set: Object.fromEntries(set), gone }))).toEqual([
      { set: { 'q:1': 'running' }, gone: [] },
      { set: { 'q:1': 'aanswer 1' }, gone: [] },
      { set: { 'q:2': 'running' }, gone: [] },
      { set: { 'q:2': 'aanswer 2' }, gone: [] },
      { set: { 'q:3': 'running' }, gone: [] },
      { set: { 'q:3': 'aanswer 3' }, gone: ['q:1'] },
    ]);
  });

  it('is not written again where nothing has changed', async () => {
    const { made, written, run } = record();
    await run(1);
    await made.save();
    expect(written).toHaveLength(2);
  });

  it('has all answers again where it is written as a whole', async () => {
    const { made, written, run } = record();
    for (const id of [1, 2, 3]) await run(id);
    await made.rewrite();
    expect(written.at(-1)).toEqual({
      set: new Map([
        ['q:2', 'aanswer 2'],
        ['q:3', 'aanswer 3'],
      ]),
      gone: [],
      whole: true,
    });
  });

  it('goes on from the answers that another node has written', async () => {
    const { made, answers, written } = record(new Map([['q:1', 'aone'], ['q:2', 'atwo'], ['q:3', 'rsomewhere ']])); // prettier-ignore
    answers.restore(3, new Map(), new Map([[2, 'two'], [3, 'three']]), []); // prettier-ignore
    await made.save();
    expect(written).toEqual([{ set: new Map([['q:3', 'athree']]), gone: ['q:1'], whole: false }]);
  });

  it('is written by one write at a time: what changes meanwhile is the next, before anybody hears of this one', async () => {
    const { made, answers, written, held } = record();
    const sequence: string[] = [];
    for (const id of [1, 2, 3]) answers.begin(id);
    answers.start(1, 'a');
    held.hold();
    const first = made.save().then(() => sequence.push(`first, of ${written.length}`));
    answers.start(2, 'b');
    const second = made.save().then(() => sequence.push('second'));
    answers.start(3, 'c');
    const third = made.save().then(() => sequence.push('third'));
    expect(written).toHaveLength(1);
    held.letGo();
    await Promise.all([first, second, third]);
    expect(written.map(({ set }) => Array.from(set.keys()))).toEqual([['q:1'], ['q:2', 'q:3']]);
    expect(sequence).toEqual(['first, of 2', 'second', 'third']);
  });

  it('is unavailable for all who waited, where it could not be written, and written as a whole after that', async () => {
    const { made, answers, written, held } = record();
    for (const id of [1, 2]) answers.begin(id);
    answers.start(1, 'a');
    held.hold();
    const first = made.save();
    answers.start(2, 'b');
    const second = made.save();
    held.fail();
    await expect(first).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(second).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(written).toHaveLength(1);
    await made.save();
    expect(written.at(-1)).toMatchObject({ whole: true, set: new Map([['q:1', 'running'], ['q:2', 'running']]) }); // prettier-ignore
  });

  it('is tried again where it could not be written, also where it was to be written as a whole meanwhile', async () => {
    const { made, answers, written, held, clock } = record();
    answers.begin(1);
    answers.start(1, 'a');
    held.hold();
    const saving = made.save();
    const rewriting = made.rewrite();
    held.fail();
    await expect(saving).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await rewriting;
    clock.advance(1_500);
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toHaveLength(2);
    expect(written[1]).toMatchObject({ whole: true });
  });
});
