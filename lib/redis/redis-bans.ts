import { hasEnded, type Ban, type Bans } from '../store/bans.js';
import type { RedisConnection } from './connection.js';
import type { Keys } from './keys.js';
import type { ResolvedRedisOptions } from './options.js';

/** Bans in Redis: a hash for each room. */
export class RedisBans implements Bans {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: Keys,
    private readonly options: ResolvedRedisOptions,
  ) {}

  async add(room: string, ban: Ban): Promise<void> {
    const value = `${ban.since} ${ban.until ?? 0} ${JSON.stringify(ban)}`;
    const { date, bans } = this.options;
    await this.redis.run('ban', [this.keys.bans(room)], () => [ban.user.id, value, date(), bans]);
  }

  async lift(room: string, userId: string): Promise<boolean> {
    const found = await this.find(room, userId);
    await this.redis.command((client) => client.hdel(this.keys.bans(room), userId));
    return found !== undefined;
  }

  async find(room: string, userId: string): Promise<Ban | undefined> {
    const value = await this.redis.command((client) => client.hget(this.keys.bans(room), userId));
    const ban = value === null ? undefined : banOf(value);
    return ban === undefined || hasEnded(ban, this.options.date()) ? undefined : ban;
  }

  async list(room: string): Promise<readonly Ban[]> {
    const values = await this.redis.command((client) => client.hvals(this.keys.bans(room)));
    const now = this.options.date();
    return values
      .map(banOf)
      .filter((ban) => !hasEnded(ban, now))
      .sort((a, b) => a.since - b.since);
  }
}

function banOf(value: string): Ban {
  return JSON.parse(value.slice(value.indexOf('{'))) as Ban;
}
