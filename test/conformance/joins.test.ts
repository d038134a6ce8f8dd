import { describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import { dataOf, Gate, idOf, joined, ManualClock, positionOf, useStage } from './support/index.js';

const start = useStage();

describe('a join', () => {
  it('is answered with what the handler returned and the position before the next entry', async () => {
    const stage = await start();
    await stage.publish('room/a', 1, 2);
    stage.script.join = ({ data }) => ({ echo: data });
    const client = await stage.session();
    const answer = await client.request({ op: 'join', room: 'room/a', data: 5 });
    const { epoch } = await stage.room('room/a').history();
    expect(answer).toEqual({ op: 'joined', id: 1, room: 'room/a', epoch, offset: 2, data: { echo: 5 } });
    await stage.publish('room/a', 3);
    await client.expect({ event: 'say', room: 'room/a', offset: 3 });
  });

  it('that the handler refuses leaves no membership', async () => {
    const stage = await start();
    stage.script.join = () => {
      throw new ForbiddenException('members only');
    };
    const client = await stage.session();
    expect(await client.request({ op: 'join', room: 'room/a' })).toEqual({
      op: 'error',
      id: 1,
      code: 'FORBIDDEN',
      message: 'members only',
    });
    await stage.publish('room/a', 1);
    expect(await client.request({ event: 'run', room: 'room/a' })).toMatchObject({ code: 'NOT_JOINED' });
    await client.settled();
    expect(client.unread).toEqual([]);
    expect(stage.room('room/a').members).toEqual([]);
    expect(stage.calls).toEqual(['join room/a']);
  });

  it('what was published while the handler ran follows `joined`', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'room/a', id: 1 });
    await gate.reached();
    await stage.publish('room/a', 1, 2);
    gate.open();
    await client.expect({ op: 'joined', offset: 0 });
    await client.expect({ event: 'say', offset: 1, data: 1 });
    await client.expect({ event: 'say', offset: 2, data: 2 });
  });

  it('where nothing is kept, what was published while the handler ran is told as a gap', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'none/a', id: 1 });
    await gate.reached();
    await stage.publish('none/a', 1, 2);
    gate.open();
    const { epoch } = await client.expect({ op: 'joined', offset: 0 });
    await client.expect({ op: 'gap', room: 'none/a', epoch, offset: 2 });
    await stage.publish('none/a', 3);
    await client.expect({ event: 'say', offset: 3 });
  });

  it('belongs to the session: its current connection gets `joined`', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'room/a', id: 1 });
    await gate.reached();
    const back = await stage.resume(client);
    expect(back.welcome).toMatchObject({ lastId: 1, rooms: {} });
    await stage.publish('room/a', 1);
    gate.open();
    await back.expect({ op: 'joined', id: 1, offset: 0 });
    await back.expect({ event: 'say', offset: 1 });
  });

  it('of a session that is over when the handler returns makes no member and no leave', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'room/a', id: 1 });
    await gate.reached();
    const session = stage.of(client);
    session.end();
    await client.closed;
    gate.open();
    const other = await stage.member('room/a');
    await other.settled();
    expect(stage.room('room/a').members.map(({ id }) => id)).toEqual([idOf(other)]);
    expect(stage.calls).toEqual(['join room/a', 'join room/a']);
  });

  it('that comes too late admits nobody', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, timeouts: { handler: 1_000 }, heartbeat: { interval: 60_000 } });
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'room/a', id: 1 });
    await gate.reached();
    clock.advance(1_000);
    await client.expect({ op: 'error', id: 1, code: 'OUTCOME_UNKNOWN' });
    gate.open();
    await client.settled();
    await stage.publish('room/a', 1);
    await client.settled();
    expect(client.unread).toEqual([]);
    expect(stage.room('room/a').members).toEqual([]);
  });

  it('whose answer would be too large makes no member', async () => {
    const stage = await start({ limits: { frame: 1_000 } });
    stage.script.join = () => 'x'.repeat(1_000);
    const client = await stage.session();
    expect(await client.request({ op: 'join', room: 'room/a' })).toMatchObject({ op: 'error', code: 'TOO_LARGE' });
    expect(stage.room('room/a').members).toEqual([]);
    stage.script.join = () => 'x';
    await joined(client, 'room/a');
  });
});

describe('`since`', () => {
  it('brings everything after that position', async () => {
    const stage = await start();
    await stage.publish('room/a', 1, 2, 3);
    const { epoch } = await stage.room('room/a').history();
    const client = await stage.session();
    const answer = await joined(client, 'room/a', { since: { epoch, offset: 1 } });
    expect(answer).toMatchObject({ epoch, offset: 1, recovered: true });
    await stage.publish('room/a', 4);
    expect(await dataOf(client, 'room/a', 3)).toEqual([2, 3, 4]);
  });

  it.each([
    ['of another epoch', { epoch: 'other', offset: 1 }],
    ['ahead of the top', { offset: 4 }],
    ['before the oldest kept', { offset: 0 }],
  ])('%s is `recovered: false`, and nothing is replayed', async (_what, since) => {
    const stage = await start();
    await stage.publish('short/a', 0, 1, 2, 3);
    const { epoch } = await stage.room('short/a').history();
    const client = await stage.session();
    const beyond = since.offset === 4 ? 5 : since.offset;
    const answer = await joined(client, 'short/a', { since: { epoch, ...since, offset: beyond } });
    expect(answer).toMatchObject({ offset: 4, recovered: false });
    await stage.publish('short/a', 4);
    await client.expect({ event: 'say', offset: 5 });
  });

  it.each([{ epoch: 1, offset: 0 }, { epoch: 'x' }, { epoch: 'x', offset: -1 }, 5, null])(
    'of %j is BAD_FRAME',
    async (since) => {
      const stage = await start();
      const client = await stage.session();
      expect(await client.request({ op: 'join', room: 'room/a', since })).toMatchObject({ code: 'BAD_FRAME' });
    },
  );

  it('of a join whose room was published into meanwhile brings both, once', async () => {
    const stage = await start();
    const gate = new Gate();
    await stage.publish('room/a', 1, 2);
    const { epoch } = await stage.room('room/a').history();
    stage.script.join = () => gate.pass();
    const client = await stage.session();
    client.send({ op: 'join', room: 'room/a', id: 1, since: { epoch, offset: 1 } });
    await gate.reached();
    await stage.publish('room/a', 3);
    gate.open();
    await client.expect({ op: 'joined', offset: 1, recovered: true });
    await client.expect({ event: 'say', offset: 2 });
    await client.expect({ event: 'say', offset: 3 });
  });
});

describe('joining again while a member', () => {
  it('runs the handler again, and moves nothing back', async () => {
    const stage = await start();
    let runs = 0;
    stage.script.join = () => ++runs;
    const client = await stage.session();
    const first = await joined(client, 'room/a');
    await stage.publish('room/a', 1);
    await client.expect({ event: 'say', offset: 1 });
    const again = await joined(client, 'room/a', { since: positionOf(first) });
    expect(again).toMatchObject({ data: 2, offset: 1 });
    await stage.publish('room/a', 2);
    await client.expect({ event: 'say', offset: 2 });
    expect(stage.calls).toEqual(['join room/a', 'join room/a']);
  });

  it('tells a position just before the next entry, also while others publish', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    stage.script.join = () => stage.publish('room/a', 1);
    client.send({ op: 'join', room: 'room/a', id: 2 });
    await client.expect({ event: 'say', offset: 1 });
    await client.expect({ op: 'joined', id: 2, offset: 1 });
  });

  it('changes no presence', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock });
    const watcher = await stage.member('listed/a');
    const client = await stage.member('listed/a');
    clock.advance(1_000);
    const { rev } = await watcher.expect({ op: 'presence', count: 2 });
    await joined(client, 'listed/a');
    clock.advance(1_000);
    expect(await watcher.request({ op: 'presence', room: 'listed/a' })).toMatchObject({ data: { rev, count: 2 } });
  });

  it('that is refused leaves the membership as it is', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    stage.script.join = () => {
      throw new ForbiddenException();
    };
    expect(await client.request({ op: 'join', room: 'room/a' })).toMatchObject({ code: 'FORBIDDEN' });
    await stage.publish('room/a', 1);
    await client.expect({ event: 'say', offset: 1 });
  });
});

describe('leaving', () => {
  it('is answered by `left`, and nothing of the room follows', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    expect(await client.request({ op: 'leave', room: 'room/a' })).toEqual({
      op: 'left',
      id: 2,
      room: 'room/a',
      reason: 'left',
    });
    await stage.publish('room/a', 1);
    await client.settled();
    expect(client.unread).toEqual([]);
    expect(stage.calls).toEqual(['join room/a', 'leave room/a left']);
  });

  it('what was published before it comes before `left`', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    client.send({ event: 'say', room: 'room/a', data: 1 });
    client.send({ op: 'leave', room: 'room/a', id: 2 });
    await client.expect({ event: 'say', offset: 1 });
    await client.expect({ op: 'left', id: 2 });
  });

  it('a room that one is not in is NOT_JOINED', async () => {
    const stage = await start();
    const client = await stage.session();
    expect(await client.request({ op: 'leave', room: 'room/a' })).toMatchObject({ code: 'NOT_JOINED' });
  });

  it('is answered before its hook is through', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.leave = () => gate.pass();
    const client = await stage.member('room/a');
    expect(await client.request({ op: 'leave', room: 'room/a' })).toMatchObject({ op: 'left' });
    gate.open();
  });

  it('a kick tells the reason, and so does a ban', async () => {
    const stage = await start();
    const client = await stage.member('room/a', 'room/b');
    expect(stage.room('room/a').kick(idOf(client))).toBe(true);
    await client.expect({ op: 'left', room: 'room/a', reason: 'kicked' });
    expect(stage.room('room/b').kick(stage.of(client), 'banned')).toBe(true);
    await client.expect({ op: 'left', room: 'room/b', reason: 'banned' });
    expect(stage.room('room/a').kick(idOf(client))).toBe(false);
    expect(stage.calls.slice(2)).toEqual(['leave room/a kicked', 'leave room/b banned']);
  });

  it('the end of the session is `closed`', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    stage.of(client).end();
    await client.expect({ op: 'left', room: 'room/a', reason: 'closed' });
    expect(await client.closed).toMatchObject({ code: 4403 });
  });
});
