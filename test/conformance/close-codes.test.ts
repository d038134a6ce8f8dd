import { describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import {
  gathered,
  joined,
  ManualClock,
  next,
  noise,
  tokenOf,
  useStage,
  type SessionClient,
  type Stage,
} from './support/index.js';

const start = useStage();

const deaf = { interval: 1_000_000, timeout: 1_000_000 };

/** What becomes of a client's session when its connection closes in some way. */
async function fate(stage: Stage, client: SessionClient, close: () => Promise<void> | void): Promise<'kept' | 'ended'> {
  const outcome = Promise.race([
    next(stage.sessions.away$, 'the session to be away').then(() => 'kept' as const),
    next(stage.sessions.ended$, 'the session to end').then(() => 'ended' as const),
  ]);
  await close();
  const what = await outcome;
  await client.closed;
  const back = await stage.resume(client);
  expect(back.welcome['resumed']).toBe(what === 'kept');
  return what;
}

describe('closed by the client', () => {
  it.each([
    [1000, 'ended'],
    [1001, 'kept'],
    [4900, 'kept'],
    [3000, 'kept'],
  ])('with %i the session is %s', async (code, expected) => {
    const stage = await start();
    const client = await stage.member('room/a');
    expect(await fate(stage, client, () => client.close(code))).toBe(expected);
  });

  it('without a closing handshake (1006) the session is kept', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    expect(await fate(stage, client, () => client.cut())).toBe('kept');
  });

  it('without a status the session is kept', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    expect(await fate(stage, client, () => client.socket.close())).toBe('kept');
  });
});

describe('closed by the server', () => {
  it.each([65_537, 131_073, 10_000_000])('1009 for a frame of %i bytes; the session ends', async (size) => {
    const stage = await start();
    const client = await stage.member('room/a');
    const frame = JSON.stringify({ event: 'ordinary', data: 'x' });
    const ended = await fate(stage, client, () => client.send(frame.replace('x', 'x'.repeat(size - frame.length + 1))));
    expect(ended).toBe('ended');
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('1012 at a restart, after `reconnect`, with hints that are spread', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, shutdown: { after: 500, spread: 5_000 } });
    const clients = [await stage.session(), await stage.plain(), await stage.silent()];
    clock.chance = 0.25;
    await stage.app.close();
    for (const client of clients) {
      await client.expect({ op: 'reconnect', after: 1_750 });
      expect(await client.closed).toMatchObject({ code: 1012 });
    }
  });

  it('4400 for ten bad frames in a row; the session ends', async () => {
    const stage = await start();
    const client = await stage.session();
    const bad = (count: number) => {
      for (let n = 0; n < count; n++) client.send('{');
    };
    bad(9);
    expect(await client.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
    bad(9);
    await client.settled();
    expect(client.unread).toHaveLength(18);
    expect(await fate(stage, client, () => bad(1))).toBe('ended');
    expect(client.unread).toHaveLength(19);
    expect(await client.closed).toMatchObject({ code: 4400 });
  });

  it.each([
    ['before `connect`', undefined],
    ['with one and the same id', 5],
  ])('4400 for ten bad frames %s', async (_what, id) => {
    const stage = await start();
    const client = id === undefined ? await stage.silent() : await stage.session();
    for (let n = 0; n < 10; n++) client.send({ op: 'dance', id });
    expect(await client.closed).toMatchObject({ code: 4400 });
  });

  it('4400 in plain mode', async () => {
    const stage = await start({ limits: { badFrames: 2 } });
    const client = await stage.plain();
    client.send('[]');
    client.send('[]');
    expect(await client.closed).toMatchObject({ code: 4400 });
    expect(client.unread).toHaveLength(2);
  });

  it('4401 for who is not authenticated, after an error', async () => {
    const stage = await start({ authenticate: () => null });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    await client.expect({ op: 'error', code: 'UNAUTHENTICATED' });
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('4401 keeps the session', async () => {
    const clock = new ManualClock();
    let expiresAt: number | undefined = clock.date() + 1_000;
    const stage = await start({ clock, heartbeat: deaf, authenticate: () => ({ ...(expiresAt && { expiresAt }) }) });
    const client = await stage.member('room/a');
    expiresAt = undefined;
    expect(await fate(stage, client, () => clock.advance(1_000))).toBe('kept');
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('4403 for who may not enter', async () => {
    const stage = await start({
      authenticate: () => {
        throw new ForbiddenException('you are banned');
      },
    });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    await client.expect({ op: 'error', code: 'FORBIDDEN', message: 'you are banned' });
    expect(await client.closed).toMatchObject({ code: 4403 });
  });

  it('4403 where the app ends the session', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    expect(await fate(stage, client, () => stage.of(client).end('banned'))).toBe('ended');
    expect(await client.closed).toMatchObject({ code: 4403 });
  });

  it('4408 without `connect` in time, an option', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, timeouts: { connect: 1_000 } });
    const client = await stage.silent();
    clock.advance(1_000);
    expect(await client.closed).toMatchObject({ code: 4408 });
  });

  it('4409 when taken over; the session is kept by the newer', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    const back = await stage.resume(client);
    expect(await client.closed).toMatchObject({ code: 4409 });
    expect(await back.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
    expect(stage.calls).not.toContain('leave room/a closed');
  });

  it('4429 for a flood, after `reconnect`; the session is kept', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, limits: { messages: { perSecond: 1, burst: 3 } } });
    const client = await stage.session();
    for (let id = 1; id <= 3; id++) {
      client.send({ event: 'ordinary', data: id, id });
      await client.expect({ op: 'ack', id });
    }
    const flood = () => {
      // Three are refused in a row, as many as may come at once, and one more is too much.
      for (let id = 4; id <= 7; id++) client.send({ event: 'ordinary', data: id, id });
    };
    expect(await fate(stage, client, flood)).toBe('kept');
    for (let id = 4; id <= 6; id++) expect(await client.answer(id)).toMatchObject({ code: 'RATE_LIMITED' });
    await client.find(({ op }) => op === 'reconnect', 'a hint');
    expect(await client.closed).toMatchObject({ code: 4429 });
  });

  it('4429 for too many connections of an address, after `reconnect`; a resume is not counted', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, limits: { connections: { perSecond: 1, burst: 2 } } });
    const client = await stage.member('room/a');
    await stage.session();
    const third = await stage.silent();
    third.send({ op: 'connect' });
    await third.expect({ op: 'error', code: 'RATE_LIMITED' });
    // After its own wait comes the spread of all.
    expect((await third.expect({ op: 'reconnect' }))['after']).toBeGreaterThanOrEqual(1_000);
    expect(await third.closed).toMatchObject({ code: 4429 });
    const back = await stage.session({ session: tokenOf(client) });
    expect(back.welcome).toMatchObject({ resumed: true });
    clock.advance(1_000);
    await stage.session();
  });

  it('4501 when the heartbeat times out; the session is kept', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat: { interval: 1_000, timeout: 500 } });
    const client = await stage.member('room/a');
    expect(await fate(stage, client, () => clock.advance(2_000))).toBe('kept');
    expect(await client.closed).toMatchObject({ code: 4501 });
  });

  it('4502 for a slow reader; the session is kept', async () => {
    const stage = await start({ limits: { queue: 64 * 1_024 } });
    const client = await stage.member('room/a');
    client.socket.pause();
    const session = stage.of(client);
    const slow = async () => {
      await stage.flood('room/a', () => !session.connected);
      client.socket.resume();
    };
    expect(await fate(stage, client, slow)).toBe('kept');
    expect(await client.closed).toMatchObject({ code: 4502 });
  });

  it('4502 for one whose queue was empty too, where more than it may hold is published at once', async () => {
    const stage = await start({ limits: { queue: 64 * 1_024 } });
    const client = await stage.member('room/a');
    const text = noise(60_000);
    client.socket.pause();
    for (let n = 0; n < 400; n++) void stage.room('room/a').broadcast('say', text);
    await gathered();
    expect(stage.of(client).connected).toBe(false);
    client.socket.resume();
    expect(await client.closed).toMatchObject({ code: 4502 });
  });
});

it('a closed connection that answers no closing handshake is dropped', async () => {
  const clock = new ManualClock();
  const stage = await start({ clock, heartbeat: { interval: 60_000, timeout: 1_000 } });
  const client = await stage.session();
  await joined(client, 'room/a');
  client.socket.pause();
  stage.of(client).end();
  clock.advance(1_000);
  client.socket.resume();
  expect([4403, 1006]).toContain((await client.closed).code);
});
