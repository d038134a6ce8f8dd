import { describe, expect, it } from '@jest/globals';
import { redisStore } from 'nestjs-roost/redis';
import {
  dataOf,
  eventually,
  Gate,
  idOf,
  joined,
  useStage,
  type RawClient,
  type Stage,
} from '../conformance/support/index.js';
import type { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';
import { Scene } from './support.js';

// Apps end before what they use.
const start = useStage();
const scene = Scene.use();
const ROOM = 'room/a';

/** Two nodes of an app, with a member of the room on each. */
async function pair(redis: RedisServer) {
  const store = () => redisStore({ url: redis.url, commandTimeout: 10_000, check: [200, 400] });
  const stages = [await start({ store: store() }), await start({ store: store() })] as const;
  const clients: RawClient[] = [];
  for (const stage of stages) {
    const client = await stage.session();
    await joined(client, ROOM);
    clients.push(client);
  }
  return { stages, clients };
}

/** Publishes as soon as it is possible. */
async function publishAtLast(stage: Stage, data: unknown): Promise<void> {
  await until(
    async () =>
      stage.publish(ROOM, data).then(
        () => true,
        () => false,
      ),
    () => `${JSON.stringify(data)} to be taken`,
  );
}

/** Everything that a client is told of the room until this message: data, and `gap`. */
async function toldUntil(client: RawClient, last: unknown): Promise<unknown[]> {
  const told: unknown[] = [];
  do {
    const { op, data } = await client.find((frame) => frame['room'] === ROOM, JSON.stringify(last));
    told.push(op === 'gap' ? 'gap' : data);
  } while (told.at(-1) !== last);
  return told;
}

describe('hard case 25: members on two nodes', () => {
  it('see one order, whoever speaks', async () => {
    const { stages, clients } = await pair(await scene.redis());
    await Promise.all(Array.from({ length: 200 }, (_, n) => stages[(n % 2) as 0 | 1].publish(ROOM, n)));
    const [here, there] = await Promise.all(clients.map((client) => dataOf(client, ROOM, 200)));
    expect(here).toEqual(there);
    expect(new Set(here).size).toBe(200);
  });

  it('have what was published while the subscription of their node was lost', async () => {
    const redis = await scene.redis();
    const { stages, clients } = await pair(redis);
    for (let n = 1; n <= 100; n++) {
      if (n % 20 === 0) await redis.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      await stages[0].publish(ROOM, n);
    }
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
    for (const client of clients) expect(await dataOf(client, ROOM, 100)).toEqual(numbers);
  });
});

describe('hard case 26: members on two nodes', () => {
  it('have everything where Redis restarts with its data', async () => {
    const redis = await scene.redis('--appendonly', 'yes', '--appendfsync', 'always');
    const { stages, clients } = await pair(redis);
    await stages[0].publish(ROOM, 'before');
    await redis.stop('SIGKILL');
    await redis.start();
    await publishAtLast(stages[1], 'after');
    for (const client of clients) expect(await toldUntil(client, 'after')).toEqual(['before', 'after']);
  });

  it('are told of a gap where it restarts without, and of everything that is said from then on', async () => {
    const redis = await scene.redis();
    const { stages, clients } = await pair(redis);
    await stages[0].publish(ROOM, 'before');
    for (const client of clients) expect(await toldUntil(client, 'before')).toEqual(['before']);
    await redis.stop('SIGKILL');
    await redis.start();
    for (const client of clients) expect(await toldUntil(client, 'gap')).toEqual(['gap']);
    await publishAtLast(stages[1], 'after');
    for (const client of clients) expect(await toldUntil(client, 'after')).toEqual(['after']);
  });
});

describe('a session', () => {
  it('may be in so many rooms, each of which counts once, also while it is written that it is in there', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const stage = await start({ store: redisStore({ url: proxy.url(redis.url) }), limits: { rooms: 2 } });
    const client = await stage.session();
    const gate = new Gate();
    stage.script.join = () => gate.pass();
    const first = joined(client, 'room/a');
    await gate.reached();
    proxy.stall('up');
    const second = joined(client, 'room/b');
    await client.settled();
    gate.open();
    const session = stage.sessions.get(idOf(client));
    await eventually(() => session?.rooms.length === 1, 'the session to be in the first room');
    proxy.flow();
    await Promise.all([first, second]);
    expect(await client.request({ op: 'join', room: 'room/c' })).toMatchObject({ code: 'TOO_MANY_ROOMS' });
  });
});
