import { describe, expect, it } from '@jest/globals';
import { Heartbeat } from 'nestjs-roost';
import { once } from 'node:events';
import { Gate, joined, ManualClock, next, tokenOf, useStage, within } from './support/index.js';

const start = useStage();
const heartbeat = { interval: 1_000, timeout: 400 };

describe('a heartbeat', () => {
  it('either side may ping; the other answers', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const client = await stage.session();
    client.send({ op: 'ping' });
    await client.expect({ op: 'pong' });
    clock.advance(500);
    await client.expect({ op: 'ping' });
    client.send({ op: 'pong' });
    await client.settled();
    clock.advance(900);
    expect(stage.of(client).connected).toBe(true);
  });

  it('has defaults of 25 and 10 seconds', async () => {
    const clock = new ManualClock();
    clock.chance = 0;
    const stage = await start({ clock, heartbeat: {} });
    const client = await stage.session();
    clock.advance(0);
    await client.expect({ op: 'ping' });
    client.send({ op: 'pong' });
    await client.settled();
    const lost = next(stage.app.get(Heartbeat).timedOut$, 'the connection to be given up');
    clock.advance(34_980);
    await client.expect({ op: 'ping' });
    expect(stage.of(client).connected).toBe(true);
    clock.advance(40);
    expect(await lost).toMatchObject({ silence: expect.any(Number) });
    expect(await client.closed).toMatchObject({ code: 4501 });
  });

  it('first pings are spread', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    clock.chance = 0.1;
    const early = await stage.session();
    clock.chance = 0.9;
    const late = await stage.session();
    clock.advance(100);
    await early.expect({ op: 'ping' });
    expect(late.unread).toEqual([]);
    clock.advance(800);
    await late.expect({ op: 'ping' });
  });

  it('any frame is a sign of life', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const client = await stage.session();
    for (let times = 0; times < 10; times++) {
      clock.advance(900);
      expect(await client.request({ event: 'ordinary', data: times })).toMatchObject({ op: 'ack' });
    }
    expect(stage.of(client).connected).toBe(true);
  });

  it('does not ping before there is a session to answer for', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat, timeouts: { connect: 10_000 } });
    const client = await stage.silent();
    clock.advance(5_000);
    await client.settled();
    expect(client.unread).toEqual([]);
    client.send({ op: 'connect' });
    await client.expect({ op: 'welcome' });
    clock.advance(500);
    await client.expect({ op: 'ping' });
  });

  it('before the welcome it pings by the WebSocket, so that nothing comes before the welcome', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const gate = new Gate();
    stage.script.resume = () => gate.pass();
    const client = await stage.session();
    await joined(client, 'room/a');
    const back = await stage.silent();
    const pinged = within(once(back.socket, 'ping'), 'a WebSocket ping');
    back.send({ op: 'connect', session: tokenOf(client) });
    await gate.reached();
    clock.advance(500);
    await pinged;
    await back.settled();
    // It has answered: nobody takes it for gone.
    clock.advance(400);
    gate.open();
    await back.expect({ op: 'welcome', resumed: true });
    clock.advance(1_000);
    await back.expect({ op: 'ping' });
  });

  it('a check that runs late pings and waits for the timeout instead of judging', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const client = await stage.session();
    clock.advance(500);
    await client.expect({ op: 'ping' });
    clock.sleep(60_000);
    await client.expect({ op: 'ping' });
    expect(stage.of(client).connected).toBe(true);
    clock.advance(399);
    expect(stage.of(client).connected).toBe(true);
    clock.advance(21);
    expect(await client.closed).toMatchObject({ code: 4501 });
  });

  it('tells round-trip times', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const client = await stage.session();
    clock.advance(500);
    await client.expect({ op: 'ping' });
    clock.advance(30);
    client.send({ op: 'pong' });
    await client.settled();
    expect(stage.app.get(Heartbeat).latencies()).toEqual([30]);
  });
});

describe('in plain mode', () => {
  it('WebSocket pings keep a connection', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const client = await stage.plain();
    await client.settled();
    for (const wait of [500, 1_000, 1_000, 1_000]) {
      const ping = within(once(client.socket, 'ping'), 'a WebSocket ping');
      clock.advance(wait);
      await ping;
      // The pong is on its way; a round trip behind it shows that it has come.
      await client.settled();
    }
    expect(client.unread).toEqual([]);
  });

  it('a client that answers none is closed with 4501, and its session ends', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, heartbeat });
    const client = await stage.plain({ autoPong: false });
    await joined(client, 'room/a');
    const ended = next(stage.sessions.ended$, 'the session to end');
    clock.advance(1_500);
    expect(await client.closed).toMatchObject({ code: 4501 });
    await ended;
  });
});
