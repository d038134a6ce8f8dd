import { describe, expect, it } from '@jest/globals';
import {
  eventually,
  Gate,
  idOf,
  joined,
  ManualClock,
  next,
  positionOf,
  useStage,
  type Stage,
} from './support/index.js';

const start = useStage();

const deaf = { interval: 10_000_000, timeout: 10_000_000 };

/** A stage whose time the test moves; nobody is pinged. */
async function timed(): Promise<{ stage: Stage; clock: ManualClock }> {
  const clock = new ManualClock();
  return { clock, stage: await start({ clock, heartbeat: deaf }) };
}

describe('presence', () => {
  it('the full state follows `joined`; members are public', async () => {
    const stage = await start({ authenticate: ({ auth }) => ({ user: { id: String(auth), name: 'N', secret: 1 } }) });
    const ann = await stage.session({ auth: 'ann' });
    const { presence } = await joined(ann, 'listed/a');
    const members = [{ id: idOf(ann), user: { id: 'ann', name: 'N' } }];
    expect(presence).toEqual({ rev: 0, count: 1, members });
    expect(await ann.request({ op: 'presence', room: 'listed/a' })).toMatchObject({
      op: 'ack',
      data: { count: 1, members },
    });
  });

  it('each change has the next `rev`; changes are gathered', async () => {
    const { stage, clock } = await timed();
    const watcher = await stage.member('listed/a');
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', rev: 1, count: 1 });
    const one = await stage.member('listed/a');
    const two = await stage.member('listed/a');
    await watcher.settled();
    expect(watcher.unread).toEqual([]);
    clock.advance(1_000);
    const change = await watcher.expect({ op: 'presence', rev: 2, count: 3, left: [] });
    expect(change['joined']).toEqual([{ id: idOf(one) }, { id: idOf(two) }]);
    await one.request({ op: 'leave', room: 'listed/a' });
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', rev: 3, count: 2, joined: [], left: [idOf(one)] });
    expect(watcher.unread).toEqual([]);
  });

  it('`rev` never falls, not for a room that was empty meanwhile either', async () => {
    const { stage, clock } = await timed();
    const watcher = await stage.member('listed/a');
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', rev: 1 });
    await watcher.request({ op: 'leave', room: 'listed/a' });
    await eventually(() => stage.rooms.names().length === 0, 'the room to be gone');
    const { presence } = await joined(watcher, 'listed/a');
    expect(presence).toMatchObject({ rev: 2, count: 1 });
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', rev: 3, count: 1 });
  });

  it('who comes and goes in between is told as gone', async () => {
    const { stage, clock } = await timed();
    const watcher = await stage.member('listed/a');
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', rev: 1 });
    const passing = await stage.member('listed/a');
    await passing.request({ op: 'leave', room: 'listed/a' });
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', rev: 2, count: 1, joined: [], left: [idOf(passing)] });
  });

  it('a room above its limit tells the count only, and the list again when it has shrunk', async () => {
    const { stage, clock } = await timed();
    const clients = [await stage.member('listed/a'), await stage.member('listed/a'), await stage.member('listed/a')];
    const [watcher] = clients;
    clock.advance(1_000);
    expect(await watcher!.expect({ op: 'presence', rev: 1, count: 3 })).toHaveProperty('joined');
    const fourth = await stage.session();
    const { presence } = await joined(fourth, 'listed/a');
    expect(presence).toEqual({ rev: 1, count: 4 });
    clock.advance(1_000);
    expect(await watcher!.expect({ op: 'presence' })).toEqual({ op: 'presence', room: 'listed/a', rev: 2, count: 4 });
    await fourth.request({ op: 'leave', room: 'listed/a' });
    clock.advance(1_000);
    const change = await watcher!.expect({ op: 'presence', rev: 3, count: 3 });
    expect(change['members']).toEqual(clients.map((client) => ({ id: idOf(client) })));
  });

  it('a room that counts never tells names', async () => {
    const { stage, clock } = await timed();
    const client = await stage.session();
    expect((await joined(client, 'counted/a'))['presence']).toEqual({ rev: 0, count: 1 });
    clock.advance(1_000);
    expect(await client.expect({ op: 'presence' })).toEqual({ op: 'presence', room: 'counted/a', rev: 1, count: 1 });
  });

  it('a room without presence tells nothing', async () => {
    const { stage, clock } = await timed();
    const client = await stage.session();
    expect(await joined(client, 'room/a')).not.toHaveProperty('presence');
    clock.advance(1_000);
    expect(await client.request({ op: 'presence', room: 'room/a' })).toMatchObject({ op: 'error', code: 'FORBIDDEN' });
    expect(client.unread).toEqual([]);
  });

  it('is for members only', async () => {
    const stage = await start();
    const client = await stage.session();
    expect(await client.request({ op: 'presence', room: 'listed/a' })).toMatchObject({ code: 'NOT_JOINED' });
  });

  it('the full state follows `welcome`, for each room once its replay is through', async () => {
    const { stage, clock } = await timed();
    const client = await stage.session();
    const rooms = { 'listed/a': positionOf(await joined(client, 'listed/a')) };
    await stage.lose(client);
    const other = await stage.member('listed/a');
    await stage.publish('listed/a', 1);
    clock.advance(1_000);
    const back = await stage.resume(client, { rooms });
    await back.expect({ event: 'say', offset: 1 });
    const state = await back.expect({ op: 'presence', room: 'listed/a', count: 2 });
    expect(state['members']).toEqual([{ id: idOf(client) }, { id: idOf(other) }]);
    clock.advance(1_000);
    expect(await back.request({ op: 'presence', room: 'listed/a' })).toMatchObject({ data: { count: 2 } });
  });

  it('has no hole for who joins while a change is on its way', async () => {
    const { stage, clock } = await timed();
    const gate = new Gate();
    const first = await stage.member('listed/a');
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'listed/a', id: 1 });
    await gate.reached();
    clock.advance(1_000);
    await first.expect({ op: 'presence', rev: 1 });
    gate.open();
    const { presence } = await client.expect({ op: 'joined' });
    expect(presence).toMatchObject({ rev: 1, count: 2 });
    clock.advance(1_000);
    for (const one of [first, client]) await one.expect({ op: 'presence', rev: 2, count: 2 });
  });

  it('the end of a session shows once, whatever happened before', async () => {
    const { stage, clock } = await timed();
    const watcher = await stage.member('counted/a');
    const client = await stage.member('counted/a');
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', count: 2 });
    await stage.lose(client);
    const ended = next(stage.sessions.ended$, 'the session to end');
    clock.advance(120_000);
    await ended;
    clock.advance(1_000);
    await watcher.find((frame) => frame['count'] === 1, 'a departure');
    clock.advance(120_000);
    await watcher.settled();
    expect(watcher.unread.filter((frame) => frame['count'] !== 2)).toEqual([]);
    expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual(['leave counted/a closed']);
  });
});
