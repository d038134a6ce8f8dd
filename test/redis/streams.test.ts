import { afterAll, beforeAll } from '@jest/globals';
import { redisBackend } from '../cluster/support/backend.js';
import { streamCases } from '../cluster/support/stream-cases.js';
import { RedisServer } from '../support/redis.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

streamCases((clock) => redisBackend(server, clock));
