import { describe, expect, it } from '@jest/globals';
import { Recorder } from '../../sample-app/web/inspector/recorder.js';
import { resumesIn } from '../../sample-app/web/inspector/resumes.js';

const json = (frame: object) => JSON.stringify(frame);

describe('a recorder', () => {
  it('keeps the last 500 frames, and counts all of them', () => {
    const recorder = new Recorder();
    for (let n = 1; n <= 1_200; n++) recorder.text(1, 'down', json({ event: 'say', n }));
    expect(recorder.frames).toHaveLength(500);
    expect(recorder.frames[0]).toMatchObject({ number: 701, content: { n: 701 } });
    expect(recorder.totals.down.frames).toBe(1_200);
  });

  it('keeps 4 MiB at most, however few frames that is', () => {
    const recorder = new Recorder();
    const large = json({ event: 'say', text: 'x'.repeat(1_000_000) });
    for (let n = 0; n < 10; n++) recorder.text(1, 'down', large);
    expect(recorder.frames).toHaveLength(4);
    recorder.clear();
    expect(recorder.frames).toEqual([]);
    for (let n = 0; n < 4; n++) recorder.text(1, 'down', large);
    expect(recorder.frames).toHaveLength(4);
  });

  it('counts bytes as they are on the wire, not characters', () => {
    const recorder = new Recorder();
    recorder.text(1, 'up', '"ö👋"');
    expect(recorder.frames[0]).toMatchObject({ bytes: 8, content: 'ö👋' });
  });

  it('keeps no secrets', () => {
    const recorder = new Recorder();
    recorder.text(1, 'up', json({ op: 'connect', session: 'hush', auth: { nickname: 'hush' } }));
    recorder.text(1, 'up', json({ op: 'connect', auth: 'hush' }));
    recorder.text(1, 'down', json({ op: 'welcome', session: { id: 'public', token: 'hush' } }));
    recorder.text(1, 'up', json({ event: 'login', data: { name: 'Ada', Password: 'hush', api_key: 'hush' } }));
    expect(json(recorder.frames)).not.toContain('hush');
    expect(recorder.frames.map(({ content }) => content)).toEqual([
      { op: 'connect', session: '•••', auth: { nickname: '•••' } },
      { op: 'connect', auth: '•••' },
      { op: 'welcome', session: { id: 'public', token: '•••' } },
      { event: 'login', data: { name: 'Ada', Password: '•••', api_key: '•••' } },
    ]);
  });

  it('shows what is no JSON as it is', () => {
    const recorder = new Recorder();
    recorder.text(1, 'down', 'nonsense');
    expect(recorder.frames[0]).toMatchObject({ content: 'nonsense' });
  });

  it('measures answers from their requests, and pongs from their pings', () => {
    const recorder = new Recorder();
    const trips: (boolean | undefined)[] = [];
    recorder.onFrame((frame) => trips.push(frame?.roundTrip === undefined ? undefined : frame.roundTrip >= 0));
    recorder.text(1, 'up', json({ event: 'say', id: 7 }));
    recorder.text(1, 'down', json({ event: 'say', offset: 1 }));
    recorder.text(1, 'down', json({ op: 'ack', id: 7 }));
    recorder.text(1, 'down', json({ op: 'ack', id: 7 }));
    recorder.text(1, 'down', json({ op: 'ping' }));
    recorder.text(1, 'up', json({ op: 'pong' }));
    recorder.text(1, 'up', json({ op: 'ping' }));
    recorder.text(1, 'down', json({ op: 'pong' }));
    expect(trips).toEqual([undefined, undefined, true, undefined, undefined, undefined, undefined, true]);
  });
});

describe('a resume among recorded frames', () => {
  const position = { epoch: 'e', offset: 4 };
  const welcome = { op: 'welcome', resumed: true, rooms: { 'a/b': { ...position, recovered: true } } };

  /** Frames of two connections; the second goes on with the first one's session. */
  function record(...frames: object[]): Recorder {
    const recorder = new Recorder();
    recorder.text(1, 'up', json({ op: 'connect' }));
    recorder.text(1, 'down', json({ op: 'welcome', resumed: false }));
    for (let offset = 1; offset <= 4; offset++) recorder.text(1, 'down', json({ event: 'say', room: 'a/b', offset }));
    recorder.text(2, 'up', json({ op: 'connect', session: 's', rooms: { 'a/b': position } }));
    for (const frame of frames) recorder.text(2, 'limit' in frame ? 'up' : 'down', json(frame));
    return recorder;
  }

  it('is found with what was replayed: up to the top that the client has asked for, live entries not', () => {
    const { frames } = record(
      welcome,
      { op: 'history', room: 'a/b', limit: 1, id: 9 },
      { event: 'say', room: 'a/b', offset: 5 },
      { event: 'say', room: 'other', offset: 6 },
      { op: 'retract', room: 'a/b', offset: 6, target: 5 },
      { event: 'typing', room: 'a/b' },
      { op: 'ack', id: 9, data: { epoch: 'e', offset: 7 } },
      { op: 'skip', room: 'a/b', offset: 7 },
      { event: 'say', room: 'a/b', offset: 8 },
    );
    expect(resumesIn(frames)).toMatchObject([
      {
        connect: { connection: 2, content: { op: 'connect' } },
        welcome: { connection: 2 },
        rooms: [{ name: 'a/b', from: 4, recovered: true, top: 7 }],
      },
    ]);
    const [resume] = resumesIn(frames);
    expect(resume?.rooms[0]?.replayed.map(({ content }) => (content as { offset: number }).offset)).toEqual([5, 6, 7]);
  });

  it('has no end yet where the client does not know the top', () => {
    const [resume] = resumesIn(record(welcome, { event: 'say', room: 'a/b', offset: 5 }).frames);
    expect(resume?.rooms).toMatchObject([{ top: undefined, replayed: [] }]);
  });

  it('is none where the session is a new one', () => {
    expect(resumesIn(record({ op: 'welcome', resumed: false }).frames)).toEqual([]);
  });
});
