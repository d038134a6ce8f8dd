import { describe, expect, it } from '@jest/globals';
import { RoostMetrics } from 'nestjs-roost';
import {
  eventually,
  joined,
  ManualClock,
  positionOf,
  tokenOf,
  useStage,
  type Stage,
} from '../conformance/support/index.js';

const start = useStage();

const of = (stage: Stage) => stage.app.get(RoostMetrics);

/** The end of a turn: what was gathered is written. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('The metrics', () => {
  it('begin with nothing', async () => {
    const metrics = of(await start());
    expect(metrics.counters()).toEqual({
      frames: 0,
      writes: 0,
      bytes: 0,
      batches: Array.from({ length: 12 }, () => 0),
      received: 0,
      opened: 0,
      resumes: { recovered: 0, gaps: 0, lost: 0 },
      skipped: 0,
      closes: {},
    });
    expect(metrics.gauges()).toEqual({
      connections: 0,
      sessions: 0,
      away: 0,
      rooms: 0,
      members: 0,
      queued: { bytes: 0, largest: 0, congested: 0 },
      latency: { p50: 0, p99: 0, max: 0 },
    });
  });

  it('count sessions, rooms and the seats in them', async () => {
    const stage = await start();
    const metrics = of(stage);
    const [one] = [await stage.member('room/a', 'room/b'), await stage.member('room/a')];
    await stage.silent();
    expect(metrics.gauges()).toMatchObject({ connections: 3, sessions: 2, away: 0, rooms: 2, members: 3 });
    await stage.lose(one);
    expect(metrics.gauges()).toMatchObject({ connections: 2, sessions: 2, away: 1, rooms: 2, members: 3 });
    expect(metrics.counters()).toMatchObject({ opened: 2, closes: { 1006: 1 } });
  });

  it('count a message to each member as a frame, and the frames of a turn as one write', async () => {
    const stage = await start();
    const metrics = of(stage);
    const members = [await stage.member('room/a'), await stage.member('room/a'), await stage.member('room/a')];
    await turn();
    const before = metrics.counters();
    for (let n = 0; n < 5; n++) void stage.publish('room/a', n);
    await turn();
    const after = metrics.counters();
    expect(after.frames - before.frames).toBe(15);
    expect(after.writes - before.writes).toBe(3);
    // Five frames are above 4 and at most 8: the fourth of the sizes 1, 2, 4, 8.
    expect(after.batches.map((count, i) => count - (before.batches[i] ?? 0))).toEqual([
      0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    for (const member of members) for (let n = 0; n < 5; n++) await member.expect({ event: 'say', data: n });
    const bytes = members[0]?.received.slice(-5).reduce((sum, frame) => sum + JSON.stringify(frame).length + 2, 0);
    expect(after.bytes - before.bytes).toBe(3 * Number(bytes));
  });

  it('count what clients send, bad frames included', async () => {
    const stage = await start();
    const client = await stage.session();
    client.send('not JSON');
    await client.request({ event: 'ordinary' });
    expect(of(stage).counters()).toMatchObject({ received: 3 });
  });

  it('tell apart who comes back to everything, to a gap, and to nothing', async () => {
    const stage = await start();
    const metrics = of(stage);
    const client = await stage.session();
    const position = positionOf(await joined(client, 'room/a'));
    await stage.lose(client);
    await stage.publish('room/a', 1, 2);
    const whole = await stage.resume(client, { rooms: { 'room/a': position } });
    expect(metrics.counters().resumes).toEqual({ recovered: 1, gaps: 0, lost: 0 });
    await stage.lose(whole);
    const gap = await stage.resume(whole, { rooms: { 'room/a': { ...position, epoch: 'another' } } });
    expect(metrics.counters().resumes).toEqual({ recovered: 1, gaps: 1, lost: 0 });
    const token = tokenOf(gap);
    await gap.close();
    await stage.session({ session: token });
    expect(metrics.counters()).toMatchObject({ opened: 2, resumes: { recovered: 1, gaps: 1, lost: 1 } });
  });

  it('count replayed entries as frames', async () => {
    const stage = await start();
    const client = await stage.session();
    const position = positionOf(await joined(client, 'room/a'));
    await stage.lose(client);
    await stage.publish('room/a', 1, 2, 3);
    const before = of(stage).counters().frames;
    const back = await stage.resume(client, { rooms: { 'room/a': position } });
    for (let offset = 1; offset <= 3; offset++) await back.expect({ event: 'say', offset });
    // The welcome and three entries.
    expect(of(stage).counters().frames - before).toBe(4);
  });

  it('show a slow reader: what waits for it, what it is spared, and its close', async () => {
    const stage = await start({ limits: { queue: 256 * 1_024 } });
    const metrics = of(stage);
    const slow = await stage.member('long/a');
    const quick = await stage.member('long/a');
    slow.socket.pause();
    await stage.congest(slow, 'long/a', 140_000);
    const { queued } = metrics.gauges();
    expect(queued).toEqual({ bytes: queued.largest, largest: stage.of(slow).bufferedBytes, congested: 1 });
    expect(queued.largest).toBeGreaterThan(140_000);
    for (let n = 0; n < 3; n++) await stage.room('long/a').broadcast('typing', n, { ephemeral: true });
    await turn();
    expect(metrics.counters().skipped).toBe(3);
    expect(stage.of(slow).skipped).toBe(3);
    await stage.flood('long/a', () => !stage.of(slow).connected);
    expect(metrics.counters().closes).toEqual({ 4502: 1 });
    expect(metrics.gauges()).toMatchObject({ sessions: 2, away: 1, queued: { congested: 0 } });
    await quick.settled();
  });

  it('count closes by code, and those that nobody knows together', async () => {
    const stage = await start({ limits: { badFrames: 1 } });
    for (const code of [1000, 3_333, 4_444]) await (await stage.session()).close(code);
    const bad = await stage.session();
    bad.send('bad');
    expect(await bad.closed).toMatchObject({ code: 4400 });
    await eventually(() => of(stage).gauges().connections === 0, 'the server to see the closes');
    expect(of(stage).counters().closes).toEqual({ 0: 2, 1000: 1, 4400: 1 });
  });

  it('measure round-trip times of heartbeats, of all and of each', async () => {
    const clock = new ManualClock();
    clock.chance = 0;
    const stage = await start({ clock, heartbeat: { interval: 1_000, timeout: 900 } });
    const [quick, slow, silent] = [await stage.session(), await stage.session(), await stage.session()];
    clock.advance(0);
    for (const client of [quick, slow, silent]) await client.expect({ op: 'ping' });
    expect(stage.of(quick).latency).toBeUndefined();
    clock.advance(10);
    quick.send({ op: 'pong' });
    await quick.settled();
    clock.advance(190);
    slow.send({ op: 'pong' });
    await slow.settled();
    expect([quick, slow, silent].map((client) => stage.of(client).latency)).toEqual([10, 200, undefined]);
    expect(of(stage).gauges().latency).toEqual({ p50: 10, p99: 200, max: 200 });
  });
});
