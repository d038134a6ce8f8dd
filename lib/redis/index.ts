export type { RedisHealth } from './connection.js';
export type { RedisStoreOptions } from './options.js';
export { redisStore, RedisStore } from './redis-store.js';
