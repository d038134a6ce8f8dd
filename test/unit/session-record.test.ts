import { describe, expect, it } from '@jest/globals';
import { Answers } from '../../lib/sessions/answers.js';
import { SessionRecord } from '../../lib/sessions/record.js';
import type { Cluster, Saved, SessionChanges } from '../../lib/store/cluster.js';
import { TimerWheel } from '../../lib/time/timer-wheel.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

/** A record of a session that keeps two answers, and what it writes. */
function record(saved: ReadonlyMap<string, string> = new Map()) {
  const answers = new Answers({ count: 2, bytes: 1_000, discarded: 4 });
  const written: Pick<SessionChanges, 'set' | 'gone' | 'whole'>[] = [];
  const save = async (_id: string, _generation: number, { set, gone, whole }: SessionChanges): Promise<Saved> => {
    written.push({ set, gone, whole });
    return 'saved';
  };
  const made = new SessionRecord(
    'ada',
    1,
    {
      cluster: { save } as unknown as Cluster,
      wheel: new TimerWheel(new ManualClock(), (error) => expect(error).toBeUndefined()),
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
  return { made, answers, written, run };
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
});
