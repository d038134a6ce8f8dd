import { afterAll, beforeAll } from '@jest/globals';
import { redisBackend } from '../cluster/support/backend.js';
import { sessionCases } from '../cluster/support/session-cases.js';
import { RedisServer } from '../support/redis.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

sessionCases((clock) => redisBackend(server, clock));
