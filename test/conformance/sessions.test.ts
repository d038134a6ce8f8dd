import { describe, expect, it } from '@jest/globals';
import { Gate, idOf, ManualClock, next, tokenOf, useStage, type RawClient, type RawFrame } from './support/index.js';

const start = useStage();

/** What a client was told of others leaving; that somebody is away for a moment it may be told. */
function departures(watcher: RawClient): RawFrame[] {
  return watcher.unread.filter(({ left, count }) => count !== 2 || left?.length !== 0);
}

describe('rule 8: a session', () => {
  it('ends when its time to live passes without a connection, and then leaves its rooms, once', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, session: { ttl: 10_000 }, heartbeat: { interval: 60_000 } });
    const watcher = await stage.member('listed/a');
    const client = await stage.member('listed/a');
    expect(client.welcome['session'].ttl).toBe(10_000);
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', count: 2 });
    await stage.lose(client);
    clock.advance(9_980);
    await watcher.settled();
    expect(stage.calls).not.toContain('leave listed/a closed');
    expect(departures(watcher)).toEqual([]);
    const ended = next(stage.sessions.ended$, 'the session to end');
    clock.advance(20);
    expect(await ended).toMatchObject({ reason: 'expired' });
    clock.advance(1_000);
    expect(await watcher.find(({ count }) => count === 1, 'a departure')).toMatchObject({ left: [idOf(client)] });
    const late = await stage.resume(client);
    expect(late.welcome).toMatchObject({ resumed: false });
    expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual(['leave listed/a closed']);
  });

  it('a resume inside the time to live is silent to others, and starts it anew', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, session: { ttl: 10_000 }, heartbeat: { interval: 600_000 } });
    const watcher = await stage.member('listed/a');
    let client = await stage.member('listed/a');
    clock.advance(1_000);
    await watcher.expect({ op: 'presence', count: 2 });
    for (let times = 0; times < 3; times++) {
      await stage.lose(client);
      clock.advance(9_980);
      client = await stage.resume(client);
      expect(client.welcome).toMatchObject({ resumed: true });
    }
    expect(await watcher.request({ op: 'presence', room: 'listed/a' })).toMatchObject({ data: { count: 2 } });
    expect(departures(watcher)).toEqual([]);
    expect(stage.calls.filter((call) => call.startsWith('leave'))).toEqual([]);
  });

  it('a goodbye lets what was asked before it run, then leaves', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.run = () => gate.pass();
    const client = await stage.member('room/a', 'room/b');
    client.send({ event: 'run', room: 'room/a', data: 1 });
    client.send({ event: 'run', room: 'room/a', data: 2 });
    const ended = next(stage.sessions.ended$, 'the session to end');
    await gate.reached();
    await client.close(1000);
    await ended;
    expect(stage.calls.slice(2)).toEqual(['run room/a 1', 'leave room/b closed']);
    gate.open();
    await gate.reached(2);
    await (await stage.session()).settled();
    expect(stage.calls.slice(4)).toEqual(['run room/a 2', 'leave room/a closed']);
  });

  it('a goodbye of a connection that waits for its resume ends the session', async () => {
    const stage = await start();
    const gate = new Gate();
    stage.script.resume = () => gate.pass();
    const client = await stage.member('room/a');
    const back = await stage.silent();
    back.send({ op: 'connect', session: tokenOf(client) });
    await gate.reached();
    const ended = next(stage.sessions.ended$, 'the session to end');
    await back.close(1000);
    expect(await ended).toMatchObject({ reason: 'closed' });
    gate.open();
    expect(stage.sessions.size).toBe(0);
  });
});

describe('sessions that are away', () => {
  it.each([
    ['of a user', { awayPerUser: 2 }, { id: 'u' }],
    ['of an address', { awayPerAddress: 2 }, undefined],
    ['of a node', { away: 2 }, undefined],
  ])('%s: too many, and the oldest ends first', async (_what, limit, user) => {
    const stage = await start({ session: limit, authenticate: () => ({ ...(user && { user }) }) });
    const clients = [await stage.session(), await stage.session(), await stage.session()];
    const [first, second, third] = clients;
    await stage.lose(first!);
    await stage.lose(second!);
    const ended = next(stage.sessions.ended$, 'a session to end');
    await stage.lose(third!);
    expect(await ended).toMatchObject({ reason: 'displaced', session: { id: idOf(first!) } });
    expect(stage.sessions.awayCount).toBe(2);
    for (const [index, client] of clients.entries()) {
      expect((await stage.resume(client)).welcome['resumed']).toBe(index > 0);
    }
  });

  it('users are counted apart', async () => {
    const stage = await start({
      session: { awayPerUser: 1 },
      authenticate: ({ auth }) => ({ user: { id: String(auth) } }),
    });
    for (const auth of ['a', 'b', 'c']) await stage.lose(await stage.session({ auth }));
    expect(stage.sessions.awayCount).toBe(3);
  });

  it('one that the app ends the moment it goes away is not counted', async () => {
    const stage = await start({ session: { awayPerAddress: 1 } });
    const away = stage.sessions.away$.subscribe((session) => session.end());
    for (let times = 0; times < 2; times++) await stage.lose(await stage.session());
    away.unsubscribe();
    expect(stage.sessions.awayCount).toBe(0);
    const client = await stage.session();
    await stage.lose(client);
    expect((await stage.resume(client)).welcome).toMatchObject({ resumed: true });
  });
});
