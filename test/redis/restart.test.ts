import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStore } from 'nestjs-roost/redis';
import { dataOf, idOf, joined, positionOf, tokenOf, useStage } from '../conformance/support/index.js';
import { RedisServer } from '../support/redis.js';

const start = useStage();
let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

describe('hard case 11: the only server restarts, and what it shares is in Redis', () => {
  it('its clients resume, with all that was said meanwhile, their answers and what waited for them', async () => {
    const store = () => redisStore({ url: server.url, prefix: 'restart:' });
    const before = await start({ store: store() });
    const client = await before.session();
    const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
    const answer = await client.request({ event: 'run', room: 'room/a', data: 'once' });
    await before.app.close();
    expect(await client.closed).toMatchObject({ code: 1012 });

    const after = await start({ store: store() });
    await after.publish('room/a', 1, 2);
    const back = await after.session({ session: tokenOf(client), rooms });
    expect(back.welcome).toMatchObject({
      resumed: true,
      session: { id: idOf(client) },
      rooms: { 'room/a': { recovered: true } },
    });
    expect(await dataOf(back, 'room/a', 2)).toEqual([1, 2]);
    back.send({ event: 'run', room: 'room/a', data: 'once', id: answer['id'] as number });
    expect(await back.answer(answer['id'] as number)).toEqual(answer);
    expect([...before.calls, ...after.calls]).toEqual(['join room/a', 'run room/a "once"', 'resume room/a']);
  });
});
