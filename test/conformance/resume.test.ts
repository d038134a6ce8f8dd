import { describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import {
  dataOf,
  Gate,
  idOf,
  joined,
  ManualClock,
  next,
  positionOf,
  tokenOf,
  useStage,
  type Stage,
} from './support/index.js';

const start = useStage();

/** A resume whose resume handlers wait at a gate. */
async function heldResume(stage: Stage) {
  const gate = new Gate();
  stage.script.resume = () => gate.pass();
  const client = await stage.session();
  const position = positionOf(await joined(client, 'room/a'));
  const back = await stage.silent();
  back.send({ op: 'connect', session: tokenOf(client), rooms: { 'room/a': position } });
  await gate.reached();
  return { gate, client, back, position };
}

describe('rule 2: a resume', () => {
  it('is `welcome`, then `left`, then what was missed, then live', async () => {
    const stage = await start();
    const client = await stage.session();
    const a = positionOf(await joined(client, 'room/a'));
    const b = positionOf(await joined(client, 'room/b'));
    await stage.lose(client);
    await stage.publish('room/a', 1, 2);
    stage.room('room/b').kick(idOf(client));
    const back = await stage.resume(client, { rooms: { 'room/a': a, 'room/b': b } });
    expect(back.welcome).toMatchObject({ resumed: true, rooms: { 'room/a': { ...a, recovered: true } } });
    expect(Object.keys(back.welcome['rooms'])).toEqual(['room/a']);
    await back.expect({ op: 'left', room: 'room/b', reason: 'kicked' });
    await back.expect({ event: 'say', room: 'room/a', offset: 1 });
    await back.expect({ event: 'say', room: 'room/a', offset: 2 });
    await stage.publish('room/a', 3);
    await back.expect({ event: 'say', room: 'room/a', offset: 3 });
    await back.settled();
    expect(back.unread).toEqual([]);
  });

  it('answers `left` also for a room that the session never was in', async () => {
    const stage = await start();
    const client = await stage.session();
    const back = await stage.resume(client, { rooms: { 'room/x': { epoch: 'e', offset: 5 } } });
    await back.expect({ op: 'left', room: 'room/x', reason: 'closed' });
  });

  it('a room that the client does not name is replayed from where it joined', async () => {
    const stage = await start();
    await stage.publish('room/a', 0);
    const client = await stage.member('room/a');
    await stage.publish('room/a', 1);
    await client.expect({ event: 'say', offset: 2 });
    const back = await stage.resume(client);
    expect(back.welcome['rooms']['room/a']).toMatchObject({ offset: 1, recovered: true });
    await back.expect({ event: 'say', offset: 2 });
  });

  it('a repeated `join` gets its first `joined`, and no entry that this connection was already sent', async () => {
    const stage = await start();
    const client = await stage.session();
    const first = await joined(client, 'room/a');
    await stage.publish('room/a', 1, 2);
    const back = await stage.resume(client);
    expect(await dataOf(back, 'room/a', 2)).toEqual([1, 2]);
    back.send({ op: 'join', room: 'room/a', id: 1 });
    expect(await back.expect({ id: 1 })).toEqual(first);
    await stage.publish('room/a', 3);
    await back.expect({ event: 'say', offset: 3 });
    expect(stage.calls.filter((call) => call === 'join room/a')).toHaveLength(1);
  });

  it('a room that its resume handler refuses is `left`, refused', async () => {
    const stage = await start();
    const client = await stage.session();
    const a = positionOf(await joined(client, 'room/a'));
    const b = positionOf(await joined(client, 'room/b'));
    await stage.publish('room/a', 1);
    await stage.lose(client);
    stage.script.resume = ({ room }) => {
      if (room.name === 'room/a') throw new ForbiddenException();
    };
    const back = await stage.resume(client, { rooms: { 'room/a': a, 'room/b': b } });
    expect(Object.keys(back.welcome['rooms'])).toEqual(['room/b']);
    await back.expect({ op: 'left', room: 'room/a', reason: 'refused' });
    await back.settled();
    expect(back.unread).toEqual([]);
    expect(stage.calls).toContain('leave room/a refused');
  });

  it('asks resume handlers in parallel, each for five seconds; a late one refuses', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock });
    const gate = new Gate();
    const client = await stage.session();
    const a = positionOf(await joined(client, 'room/a'));
    const b = positionOf(await joined(client, 'room/b'));
    await stage.lose(client);
    stage.script.resume = ({ room }) => (room.name === 'room/a' ? gate.pass() : undefined);
    const back = await stage.silent();
    back.send({ op: 'connect', session: tokenOf(client), rooms: { 'room/a': a, 'room/b': b } });
    await gate.reached();
    const asked = stage.calls.filter((call) => call.startsWith('resume'));
    expect(asked.toSorted()).toEqual(['resume room/a', 'resume room/b']);
    clock.advance(4_980);
    await back.settled();
    expect(back.unread).toEqual([]);
    clock.advance(20);
    const welcome = await back.expect({ op: 'welcome', resumed: true });
    expect(Object.keys(welcome['rooms'])).toEqual(['room/b']);
    await back.expect({ op: 'left', room: 'room/a', reason: 'refused' });
    gate.open();
    await back.settled();
    expect(stage.room('room/a').members).toEqual([]);
  });

  it('what is published while resume handlers are asked is replayed once', async () => {
    const stage = await start();
    const { gate, back } = await heldResume(stage);
    await stage.publish('room/a', 1, 2);
    gate.open();
    await back.expect({ op: 'welcome', resumed: true });
    await back.expect({ event: 'say', offset: 1 });
    await back.expect({ event: 'say', offset: 2 });
    await stage.publish('room/a', 3);
    await back.expect({ event: 'say', offset: 3 });
  });

  it('a kick while the resume handler is asked is told behind `welcome`', async () => {
    const stage = await start();
    const { gate, client, back } = await heldResume(stage);
    stage.room('room/a').kick(idOf(client), 'banned');
    gate.open();
    const welcome = await back.expect({ op: 'welcome', resumed: true });
    expect(welcome['rooms']).toEqual({});
    await back.expect({ op: 'left', room: 'room/a', reason: 'banned' });
    await stage.publish('room/a', 1);
    await back.settled();
    expect(back.unread).toEqual([]);
    expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual(['leave room/a banned']);
  });

  it('the end of the session while the resume handler is asked closes the connection', async () => {
    const stage = await start();
    const { gate, client, back } = await heldResume(stage);
    stage.of(client).end();
    expect(await back.closed).toMatchObject({ code: 4403 });
    gate.open();
    expect(stage.sessions.size).toBe(0);
    expect(back.unread).toEqual([]);
  });

  it('that breaks while the resume handler is asked leaves the session away', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock });
    const { gate, client, back, position } = await heldResume(stage);
    await stage.lose(back);
    gate.open();
    const again = await stage.resume(client, { rooms: { 'room/a': position } });
    expect(again.welcome).toMatchObject({ resumed: true, rooms: { 'room/a': { recovered: true } } });
    await stage.lose(again);
    const ended = next(stage.sessions.ended$, 'the session to expire');
    clock.advance(120_000);
    expect(await ended).toMatchObject({ reason: 'expired' });
  });

  it('a refusal by an outdated resume takes nothing from the newer one', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock });
    const { back, client, position } = await heldResume(stage);
    stage.script.resume = () => undefined;
    const newer = await stage.resume(client, { rooms: { 'room/a': position } });
    expect(newer.welcome['rooms']).toHaveProperty(['room/a']);
    expect(await back.closed).toMatchObject({ code: 4409 });
    // The first resume's question is answered too late, which would refuse.
    clock.advance(5_000);
    await newer.settled();
    await stage.publish('room/a', 1);
    await newer.expect({ event: 'say', offset: 1 });
  });

  it('the reason for which a room was left is told until a client has heard it', async () => {
    const stage = await start();
    const client = await stage.session();
    const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
    await stage.lose(client);
    stage.room('room/a').kick(idOf(client), 'banned');
    for (let times = 0; times < 3; times++) {
      const back = await stage.resume(client, { rooms });
      await back.expect({ op: 'left', room: 'room/a', reason: 'banned' });
      await stage.lose(back);
    }
  });

  it('a repeated `join` of a room that was left meanwhile does not read as a membership', async () => {
    const stage = await start();
    const client = await stage.session();
    const first = await joined(client, 'room/a'); // lost, as far as the client knows
    await stage.lose(client);
    stage.room('room/a').kick(idOf(client));
    const back = await stage.resume(client);
    back.send({ op: 'join', room: 'room/a', id: 1 });
    expect(await back.expect({ id: 1 })).toEqual(first);
    await back.expect({ op: 'left', room: 'room/a', reason: 'kicked' });
  });
});

describe('rule 7: a position', () => {
  it.each([
    ['of another epoch', 'room/a', 2, 'other', false],
    ['ahead of the top', 'room/a', 6, undefined, false],
    ['at the top', 'room/a', 5, undefined, true],
    ['before the oldest kept minus one', 'short/a', 1, undefined, false],
    ['at the oldest kept minus one', 'short/a', 2, undefined, true],
    ['at the top where nothing is kept', 'none/a', 5, undefined, true],
    ['below the top where nothing is kept', 'none/a', 4, undefined, false],
  ])('%s: %s from %i', async (_what, room, offset, otherEpoch, recovered) => {
    const stage = await start();
    const client = await stage.session();
    const { epoch } = positionOf(await joined(client, room));
    await stage.publish(room, 1, 2, 3, 4, 5);
    const back = await stage.resume(client, { rooms: { [room]: { epoch: otherEpoch ?? epoch, offset } } });
    expect(back.welcome['rooms'][room]).toEqual({ epoch, offset: recovered ? offset : 5, recovered });
    const expected = recovered ? [1, 2, 3, 4, 5].slice(offset) : [];
    expect(await dataOf(back, room, expected.length)).toEqual(expected);
    await stage.publish(room, 6);
    // `recovered: false` is itself the gap: no `gap` frame, and nothing that was missed.
    await back.expect({ event: 'say', offset: 6 });
  });
});

describe('rule 9: one session, one connection', () => {
  it('a newer connection that resumes fences the older with 4409', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    const back = await stage.resume(client);
    expect(back.welcome).toMatchObject({ resumed: true, session: { id: idOf(client) } });
    expect(await client.closed).toMatchObject({ code: 4409 });
    await stage.publish('room/a', 1);
    await back.expect({ event: 'say', offset: 1 });
  });

  it('the close of a fenced connection changes nothing', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    client.socket.pause();
    const back = await stage.resume(client);
    client.socket.resume();
    client.socket.close(1000);
    await client.closed;
    await back.settled();
    await stage.publish('room/a', 1);
    await back.expect({ event: 'say', offset: 1 });
    expect(stage.calls).toEqual(['join room/a', 'resume room/a']);
    expect(stage.of(back).connected).toBe(true);
  });

  it('of two resumes at once the last one wins, and the others are closed', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.session();
    const position = positionOf(await joined(client, 'room/a'));
    stage.script.resume = () => gate.pass();
    const rivals = [await stage.silent(), await stage.silent(), await stage.silent()];
    for (const [index, rival] of rivals.entries()) {
      rival.send({ op: 'connect', session: tokenOf(client), rooms: { 'room/a': position } });
      await gate.reached(index + 1);
    }
    gate.open();
    const [first, second, last] = rivals;
    expect(await first?.closed).toMatchObject({ code: 4409 });
    expect(await second?.closed).toMatchObject({ code: 4409 });
    await last?.expect({ op: 'welcome', resumed: true });
    await stage.publish('room/a', 1);
    await last?.expect({ event: 'say', offset: 1 });
    expect(first?.unread).toEqual([]);
    expect(second?.unread).toEqual([]);
    expect(stage.room('room/a').members).toHaveLength(1);
  });
});

describe('rule 10: tokens', () => {
  it('each resume issues a new one; the last presented stays valid until the one issued for it is presented', async () => {
    const stage = await start();
    const client = await stage.session();
    const first = tokenOf(client);
    const a = await stage.session({ session: first });
    const b = await stage.session({ session: first });
    const [lost, second] = [tokenOf(a), tokenOf(b)];
    expect(new Set([first, lost, second]).size).toBe(3);
    const c = await stage.session({ session: second });
    for (const stale of [first, lost]) {
      const stranger = await stage.session({ session: stale });
      expect(stranger.welcome).toMatchObject({ resumed: false });
    }
    expect(stage.of(c).connected).toBe(true);
    const again = await stage.session({ session: second });
    expect(again.welcome).toMatchObject({ resumed: true, session: { id: idOf(client) } });
  });

  it('an unknown one opens a new session', async () => {
    const stage = await start();
    const client = await stage.session({ session: 'nothing', rooms: { 'room/a': { epoch: 'x', offset: 3 } } });
    expect(client.welcome).toMatchObject({ resumed: false, lastId: 0 });
    expect(client.welcome).not.toHaveProperty('rooms');
  });

  it("another user than the session's gets `resumed: false`, and takes nothing over", async () => {
    const stage = await start({
      authenticate: ({ auth }) => ({ user: { id: String(auth) } }),
    });
    const ann = await stage.session({ auth: 'ann' });
    await joined(ann, 'room/a');
    const eve = await stage.session({ auth: 'eve', session: tokenOf(ann) });
    expect(eve.welcome).toMatchObject({ resumed: false, user: { id: 'eve' } });
    await stage.publish('room/a', 1);
    await ann.expect({ event: 'say', offset: 1 });
    const back = await stage.session({ auth: 'ann', session: tokenOf(ann) });
    expect(back.welcome).toMatchObject({ resumed: true, user: { id: 'ann' } });
  });

  it('a resume authenticates first: a refused one takes nothing over', async () => {
    const stage = await start({ authenticate: ({ auth }) => auth === 'good' && { user: { id: 'u' } } });
    const client = await stage.session({ auth: 'good' });
    const intruder = await stage.silent();
    intruder.send({ op: 'connect', auth: 'bad', session: tokenOf(client) });
    await intruder.expect({ op: 'error', code: 'UNAUTHENTICATED' });
    expect(await intruder.closed).toMatchObject({ code: 4401 });
    expect(await client.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
  });

  it('when the credentials expire: 4401, and the session is kept for fresh ones', async () => {
    const clock = new ManualClock();
    const stage = await start({
      clock,
      heartbeat: { interval: 600_000 },
      authenticate: () => ({ user: { id: 'u' }, expiresAt: new Date(clock.date() + 60_000) }),
    });
    const client = await stage.member('room/a');
    clock.advance(59_980);
    expect(await client.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
    clock.advance(20);
    expect(await client.closed).toMatchObject({ code: 4401 });
    const back = await stage.resume(client);
    expect(back.welcome).toMatchObject({ resumed: true });
    // Fresh credentials count from anew.
    clock.advance(59_980);
    expect(await back.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
    clock.advance(20);
    expect(await back.closed).toMatchObject({ code: 4401 });
  });
});
