import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redisStore } from 'nestjs-roost/redis';
import { Link } from '../support/link.js';
import { checkProperty, TIMES } from '../support/property.js';
import { RedisServer } from '../support/redis.js';
import { variant } from '../support/variant.js';
import { play } from './run.js';
import { stepArbitrary } from './steps.js';
import { ALONE, type Setting } from './world.js';

/** Less is looked for in each variant than in the engine as it comes, and least of all where there is a network. */
const RUNS = variant.redis ? 30 : variant.window || variant.compression ? 250 : 500;

/** Two nodes that share a Redis. */
function onRedis(server: RedisServer, watch: { ping(): Promise<unknown> }): Setting {
  let plays = 0;
  return {
    stores: (date) => {
      const prefix = `play-${++plays}:`;
      return [1, 2].map(() => redisStore({ url: server.url, prefix, date }));
    },
    turn: async () => {
      await watch.ping();
      await ALONE.turn();
    },
  };
}

describe('order and delivery', () => {
  let setting = ALONE;
  if (variant.redis) {
    let server: RedisServer;
    let close: () => void;
    beforeAll(async () => {
      server = await RedisServer.start();
      const watch = server.client();
      close = () => watch.disconnect();
      setting = onRedis(server, watch);
    });
    afterAll(async () => {
      close();
      await server.end();
    });
  }

  it(
    'hold whatever happens, in whatever order',
    async () => {
      const property = fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 5, maxLength: 60, size: 'max' }),
        async (steps) => {
          expect(await play(steps, setting)).toEqual([]);
        },
      );
      await checkProperty('order and delivery', property, RUNS);
      expect(Link.inflated > 0).toBe(variant.compression);
    },
    240_000 * TIMES,
  );
});
