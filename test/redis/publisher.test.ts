import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  MemoryStore,
  RoostModule,
  Rooms,
  type RoostPublisherOptions,
  type RoostPublisherOptionsFactory,
} from 'nestjs-roost';
import { redisStore } from 'nestjs-roost/redis';
import { useStage } from '../conformance/support/index.js';
import { RedisServer } from '../support/redis.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

const start = useStage();
let prefixes = 0;

/** A process without gateways, while something is done with its rooms. */
async function publishing(module: DynamicModule, work: (rooms: Rooms) => Promise<void>): Promise<void> {
  @Module({ imports: [module] })
  class Worker {}
  const context: INestApplicationContext = await NestFactory.createApplicationContext(Worker, {
    logger: false,
    abortOnError: false,
  });
  try {
    await work(context.get(Rooms));
  } finally {
    await context.close();
  }
}

describe('a process without gateways', () => {
  /** One node of an app, and the options of a publisher that shares its store. */
  async function shared() {
    const prefix = `publisher-${++prefixes}:`;
    const store = () => redisStore({ url: server.url, prefix });
    return { stage: await start({ store: store() }), options: (): RoostPublisherOptions => ({ store: store() }) };
  }

  it('speaks to the members on all nodes, and reads what was said', async () => {
    const { stage, options } = await shared();
    const client = await stage.member('room/a');
    await publishing(RoostModule.forPublisher(options()), async (rooms) => {
      const room = rooms.get('room/a');
      const { offset } = await room.broadcast('say', 'from a worker');
      expect(await client.find(({ event }) => event === 'say', 'a message')).toMatchObject({
        data: 'from a worker',
        offset,
      });
      await stage.publish('room/a', 'from a node');
      const { messages } = await room.history({ limit: 10 });
      expect(messages.map(({ data }) => data)).toEqual(['from a worker', 'from a node']);
    });
  });

  it('retracts, and takes somebody out', async () => {
    const { stage, options } = await shared();
    const client = await stage.member('room/a');
    const { offset } = await stage.publish('room/a', 'rude');
    await publishing(RoostModule.forPublisher(options()), async (rooms) => {
      await rooms.get('room/a').retract(offset);
      expect(await client.find(({ op }) => op === 'retract', 'a retraction')).toMatchObject({ target: offset });
      rooms.get('room/a').kick((client.welcome['session'] as { id: string }).id, 'kicked');
      expect(await client.find(({ op }) => op === 'left', 'left')).toMatchObject({ reason: 'kicked' });
    });
  });

  it('says nothing larger than a frame may be', async () => {
    const options = { store: new MemoryStore(), frameLimit: 100 };
    await publishing(RoostModule.forPublisher(options), async (rooms) => {
      await expect(rooms.get('a').broadcast('say', 'x'.repeat(200))).rejects.toMatchObject({ code: 'TOO_LARGE' });
    });
  });

  it('takes its options from the app: a factory, a class', async () => {
    @Injectable()
    class Factory implements RoostPublisherOptionsFactory {
      createRoostPublisherOptions(): RoostPublisherOptions {
        return { store: new MemoryStore() };
      }
    }
    const modules = [
      RoostModule.forPublisherAsync({ useFactory: async () => Promise.resolve({ store: new MemoryStore() }) }),
      RoostModule.forPublisherAsync({ useClass: Factory }),
    ];
    for (const module of modules) {
      await publishing(module, async (rooms) => {
        expect(await rooms.get('a').broadcast('say', 1)).toMatchObject({ offset: 1 });
      });
    }
  });
});

describe('an option of a publisher', () => {
  const store = new MemoryStore();
  afterAll(() => store.close());

  it.each([
    ['there are none', undefined, 'the options must be an object'],
    ['`store`', {}, 'store'],
    ['`store`', { store: {} }, 'store'],
    ['`store.bans`', { store: { ...methods(), bans: {} } }, 'store.bans'],
    ['`frameLimit`', { store, frameLimit: 0 }, 'frameLimit'],
    ['`frameLimit`', { store, frameLimit: '1' }, 'frameLimit'],
    ['`url`', { store, url: 'redis://localhost' }, 'url'],
  ])('is refused where it cannot be right, by its name: %s', async (_name, options, said) => {
    const module = RoostModule.forPublisher(options as never);
    await expect(publishing(module, async () => {})).rejects.toThrow(said);
  });
});

function methods() {
  const names = ['append', 'publish', 'retract', 'read', 'span', 'subscribe', 'elect', 'close'];
  return Object.fromEntries(names.map((name) => [name, () => undefined]));
}
