import { describe, expect, it } from '@jest/globals';
import { redisStore } from 'nestjs-roost/redis';
import {
  Gate,
  idOf,
  joined,
  positionOf,
  tokenOf,
  useStage,
  type SessionClient,
  type Stage,
} from '../conformance/support/index.js';
import { until } from '../support/until.js';
import { Scene } from './support.js';

// Apps end before what they use.
const start = useStage();
const scene = Scene.use();
const ROOM = 'room/a';

/** Two nodes, the first by way of a network that can break. @param commandTimeout the first one's, in milliseconds */
async function nodes(commandTimeout: number) {
  const redis = await scene.redis();
  const proxy = await scene.proxy(redis);
  const here = await start({ store: redisStore({ url: proxy.url(redis.url), commandTimeout }) });
  const store = redisStore({ url: redis.url });
  const there = await start({ store });
  const client = await here.session();
  const rooms = { [ROOM]: positionOf(await joined(client, ROOM)) };
  const written = async (field: string) => (await store.cluster.look(idOf(client)))?.fields.get(field);
  return { proxy, here, there, client, rooms, written };
}

function resume(there: Stage, client: SessionClient, rooms: Record<string, unknown>): Promise<SessionClient> {
  return there.session({ session: tokenOf(client), rooms });
}

describe('a request of a session that another node has by now', () => {
  it('is answered there where it was written that it runs, and the node before did not hear so', async () => {
    const { proxy, here, there, client, rooms, written } = await nodes(8_000);
    await until(
      async () => (await written('q:1'))?.startsWith('a') === true,
      () => 'the join to be written',
    );
    // What is asked for after that is answered after it.
    await here.publish(ROOM, 0);
    proxy.stall('down');
    client.send({ event: 'run', room: ROOM, data: 1, id: 2 });
    await until(
      async () => (await written('q:2')) !== undefined,
      () => 'the request to be written',
    );
    const back = await resume(there, client, rooms);
    proxy.cut();
    proxy.flow();
    back.send({ event: 'run', room: ROOM, data: 1, id: 2 });
    expect(await back.answer(2)).toMatchObject({ op: 'error', code: 'UNAVAILABLE' });
    expect([...here.calls, ...there.calls]).not.toContain(`run ${ROOM} 1`);
  });

  it('is answered there though the store was out of reach when its handler came to its end', async () => {
    const { proxy, here, there, client, rooms } = await nodes(1_000);
    const other = await here.session();
    await joined(other, ROOM);
    const gate = new Gate();
    here.script.run = () => gate.pass().then(() => 'done');
    client.send({ event: 'run', room: ROOM, data: 1, id: 2 });
    await gate.reached();
    const back = await resume(there, client, rooms);
    proxy.shut();
    gate.open();
    // Asked for after the answer was to be written, and given up after it.
    other.send({ event: 'run', room: ROOM, data: 2, id: 2 });
    expect(await other.answer(2)).toMatchObject({ op: 'error', code: 'UNAVAILABLE' });
    proxy.letIn();
    back.send({ event: 'run', room: ROOM, data: 1, id: 2 });
    expect(await back.answer(2)).toMatchObject({ op: 'ack', data: 'done' });
    expect(there.calls).not.toContain(`run ${ROOM} 1`);
  });
});
