import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';

import { back, scene } from './support/harness.js';
import type { Scene } from './support/harness.js';

const heartbeat = { interval: 20_000, timeout: 8_000 };

async function online(s: Scene, options: Parameters<Scene['online']>[0] = {}) {
  // The first random number spreads the first ping.
  const numbers = [0];
  return s.online({ random: () => numbers.shift() ?? 0.5, ...options }, { heartbeat });
}

describe('heartbeat', () => {
  it('answers a ping', async () => {
    const s = await scene();
    const { peer } = await online(s);
    peer.send({ op: 'ping' });
    expect(await peer.next()).toEqual({ op: 'pong' });
  });

  it('pings a server that has been silent for the interval', async () => {
    const s = await scene();
    const { peer } = await online(s);
    s.clock.advance(19_999);
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    s.clock.advance(1);
    expect(await peer.next()).toEqual({ op: 'ping' });
  });

  it('any frame is a sign of life: the silence counts from the last one', async () => {
    const s = await scene();
    const { peer } = await online(s);
    s.clock.advance(15_000);
    peer.send({ event: 'tick', data: 1 });
    await peer.settled();
    s.clock.advance(19_999);
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    s.clock.advance(1);
    await peer.next({ op: 'ping' });
    s.clock.advance(7_999);
    peer.send({ op: 'pong' });
    await peer.settled();
    s.clock.advance(19_999);
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    s.clock.advance(1);
    await peer.next({ op: 'ping' });
  });

  it('what the client says itself is no sign of life', async () => {
    const s = await scene();
    const { client, peer } = await online(s);
    s.clock.advance(15_000);
    void client.send('a').catch(() => {});
    await peer.next({ event: 'a' });
    s.clock.advance(5_000);
    await peer.next({ op: 'ping' });
  });

  it('gives up after interval and timeout of silence with 4501, and comes back', async () => {
    const s = await scene();
    const { peer } = await online(s);
    s.clock.advance(27_999);
    await peer.next({ op: 'ping' });
    expect(s.statuses.size).toBe(0);
    s.clock.advance(1);
    expect(await s.status('away')).toMatchObject({ attempt: 1 });
    expect(await peer.closed).toBe(4501);
    await (await back(s)).next({ op: 'connect', session: 'secret' });
  });

  it('the first ping is spread over the second half of the interval, and nobody is given up sooner for it', async () => {
    const s = await scene();
    const { peer } = await online(s, { random: () => 0.5 });
    s.clock.advance(14_999);
    await peer.settled();
    expect(peer.frames.size).toBe(0);
    s.clock.advance(1);
    await peer.next({ op: 'ping' });
    s.clock.advance(12_999);
    expect(s.statuses.size).toBe(0);
    s.clock.advance(1);
    await s.status('away');
  });

  it('a check that runs late pings and waits instead of judging', async () => {
    const s = await scene();
    const { peer } = await online(s);
    // Asleep between two checks, and again between the ping and its timeout.
    s.clock.sleep(3_600_000);
    await peer.next({ op: 'ping' });
    expect(s.statuses.size).toBe(0);
    s.clock.sleep(3_600_000);
    await peer.next({ op: 'ping' });
    expect(s.statuses.size).toBe(0);
    // The frame that had waited unread.
    peer.send({ op: 'pong' });
    await peer.settled();
    s.clock.advance(19_999);
    expect(s.statuses.size).toBe(0);
  });

  it('a dead server is noticed after a late check too', async () => {
    const s = await scene();
    await online(s);
    s.clock.sleep(3_600_000);
    s.clock.advance(8_000);
    await s.status('away');
  });

  it('is noticed in the end where every check is late, as in a throttled page', async () => {
    const s = await scene();
    await online(s);
    for (let checks = 0; checks < 4; checks++) s.clock.sleep(60_000);
    await s.status('away');
  });

  it('a clock set back does not put the check off for longer than the interval', async () => {
    const s = await scene();
    let back = 0;
    const clock = {
      now: () => s.clock.now() - back,
      setTimeout: (run: () => void, ms: number) => s.clock.setTimeout(run, ms),
      clearTimeout: (timer: unknown) => s.clock.clearTimeout(timer),
    };
    const { peer } = await online(s, { clock });
    back = 3_600_000;
    for (let seconds = 0; seconds < 40; seconds += 20) s.clock.advance(20_000);
    await peer.next({ op: 'ping' });
  });

  it('comes back although the dead socket never closes', async () => {
    const s = await scene();
    class Dead extends WebSocket {
      override close(): void {}
    }
    const { peer } = await online(s, { WebSocket: Dead });
    s.clock.advance(28_000);
    const again = await back(s);
    await again.welcome({ resumed: true });
    await s.status('online');
    // What the given up connection still says is not heard, nor is its end.
    peer.send({ op: 'reconnect', after: 1 }, { event: 'x', data: 1, seq: 1 });
    await peer.settled();
    peer.cut();
    await peer.closed;
    await again.settled();
    expect(s.statuses.size).toBe(0);
    again.cut();
  });
});
