import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Cluster, ClusterEvents, RosterState, SessionState } from '../store/cluster.js';
import type { RedisConnection } from './connection.js';
import { channelMessage } from './entry-text.js';
import type { Keys } from './keys.js';
import type { ResolvedRedisOptions } from './options.js';

/** Orphans that are looked at in one go. */
const BATCH = 200;
/** Milliseconds that a roster is kept after its last change: rooms that are used are changed, or read anew. */
const ROSTER = 24 * 60 * 60_000;

/** Sessions, rosters and nodes in Redis. */
export class RedisCluster implements Cluster {
  readonly node = randomBytes(9).toString('base64url');
  readonly #logger = new Logger('Roost');
  #events: ClusterEvents | undefined;
  #renewal: NodeJS.Timeout | undefined;
  /** By Redis's clock. */
  #renewedAt = 0;
  #ttl = 5 * 60_000;

  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: Keys,
    private readonly options: ResolvedRedisOptions,
  ) {}

  // ---- nodes -------------------------------------------------------------------------------------------------------

  async start(events: ClusterEvents): Promise<void> {
    this.#events = events;
    await this.redis.subscribe(this.keys.node(this.node));
    await this.#renew();
    const again = (): void => {
      this.#renewal = setTimeout(
        () =>
          void this.#renew()
            .catch(() => {})
            .finally(() => this.#renewal && again()),
        this.options.lease / 4,
      ).unref();
    };
    again();
  }

  async leave(): Promise<void> {
    this.close();
    // Known, and silent for ever: others take the sessions over at once.
    await this.redis.command((client) => client.zadd(this.keys.nodes, 0, this.node));
  }

  close(): void {
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
  }

  /** @internal A message of a channel that is no room's. */
  heard(channel: string, message: string): void {
    if (channel !== this.keys.node(this.node)) return;
    const from = message.slice(0, message.indexOf('\u001f'));
    this.#events?.heard(from, message.slice(from.length + 1));
  }

  async tell(node: string, text: string): Promise<void> {
    await this.redis.publish(this.keys.node(node), channelMessage(this.node, text));
  }

  async alive(node: string): Promise<boolean> {
    const heard = await this.redis.command((client) => client.zscore(this.keys.nodes, node));
    return heard !== null && Number(heard) > (await this.#now()) - this.options.lease;
  }

  async #renew(): Promise<void> {
    const now = await this.#now();
    await this.redis.command((client) => client.zadd(this.keys.nodes, now, this.node));
    const silent = now - this.#renewedAt;
    this.#renewedAt = now;
    if (silent > this.options.lease && silent < now) this.#events?.lapsed();
  }

  /** Redis's clock, the one that all nodes have in common. */
  async #now(): Promise<number> {
    const [seconds, micros] = await this.redis.command((client) => client.call('TIME') as Promise<[string, string]>);
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  // ---- sessions ----------------------------------------------------------------------------------------------------

  async create(id: string, fields: ReadonlyMap<string, string>, ttl: number): Promise<void> {
    this.#ttl = ttl;
    await this.redis.command(async (client) => {
      const key = this.keys.session(id);
      await Promise.all([
        client.sadd(this.keys.sessionsOf(this.node), id),
        client.hset(key, '#generation', '1', '#node', this.node, ...[...fields].flat()),
        client.pexpire(key, ttl),
      ]);
    });
  }

  async look(id: string): Promise<SessionState | undefined> {
    const found = await this.redis.command((client) => client.hgetall(this.keys.session(id)));
    return stateOf(Object.entries(found));
  }

  async claim(id: string, generation: number): Promise<SessionState | undefined> {
    await this.redis.command((client) => client.sadd(this.keys.sessionsOf(this.node), id));
    const flat = (await this.redis.run('claim', [this.keys.session(id)], () => [
      generation,
      this.node,
      this.#ttl,
    ])) as string[];
    const pairs: [string, string][] = [];
    for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string]);
    return stateOf(pairs);
  }

  async save(
    id: string,
    generation: number,
    set: ReadonlyMap<string, string>,
    gone: readonly string[],
    whole: boolean,
  ): Promise<boolean> {
    const args = [generation, this.#ttl, whole ? '1' : '0', gone.length, ...gone, ...[...set].flat()];
    return (await this.redis.run('save', [this.keys.session(id)], () => args)) === 1;
  }

  async replace(id: string, field: string, from: string, to: string): Promise<string | undefined> {
    const node = await this.redis.run('replace', [this.keys.session(id)], () => [field, from, to]);
    return typeof node === 'string' ? node : undefined;
  }

  async remove(id: string, generation: number): Promise<boolean> {
    const ours = (await this.redis.run('remove', [this.keys.session(id)], () => [generation])) === 1;
    await this.disown(id, this.node);
    return ours;
  }

  async orphans(): Promise<{ id: string; node: string }[]> {
    const silent = (await this.#now()) - this.options.lease;
    const nodes = await this.redis.command((client) => client.zrangebyscore(this.keys.nodes, 0, silent));
    for (const node of nodes) {
      const key = this.keys.sessionsOf(node);
      const ids = await this.redis.command((client) => client.srandmember(key, BATCH));
      if (ids.length > 0) return ids.map((id) => ({ id, node }));
      // Nothing is left of it. A node that lives after all enters itself again.
      await this.redis.command((client) => client.zrem(this.keys.nodes, node));
      this.#logger.log(`node ${node} has gone; nothing is left of it`);
    }
    return [];
  }

  async disown(id: string, node: string): Promise<void> {
    await this.redis.command((client) => client.srem(this.keys.sessionsOf(node), id));
  }

  // ---- who is where ------------------------------------------------------------------------------------------------

  async roster(room: string): Promise<RosterState> {
    const { '#rev': rev = '0', ...members } = await this.redis.command((client) =>
      client.hgetall(this.keys.roster(room)),
    );
    return { rev: Number(rev), members: new Map(Object.entries(members)) };
  }

  async enroll(room: string, id: string, value: string | undefined): Promise<void> {
    await this.redis.run('enroll', [this.keys.roster(room)], () => [
      this.keys.live(room), this.redis.publishCommand, id, value ?? '', ROSTER,
    ]); // prettier-ignore
  }

  async signal(room: string, text: string): Promise<void> {
    await this.redis.publish(this.keys.live(room), channelMessage('s', text));
  }
}

function stateOf(pairs: readonly (readonly [string, string])[]): SessionState | undefined {
  if (pairs.length === 0) return undefined;
  const fields = new Map(pairs);
  const generation = Number(fields.get('#generation'));
  const node = fields.get('#node') ?? '';
  fields.delete('#generation');
  fields.delete('#node');
  return { generation, node, fields };
}
