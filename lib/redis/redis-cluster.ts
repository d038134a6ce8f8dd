import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import {
  ENDED_FIELD,
  expelledField,
  seatField,
  type ClaimedSession,
  type Cluster,
  type ClusterEvents,
  type RosterState,
  type Saved,
  type SessionChanges,
  type SessionState,
} from '../store/cluster.js';
import type { RedisConnection } from './connection.js';
import { channelMessage, readRosterEntry, SEPARATOR } from './entry-text.js';
import type { Keys } from './keys.js';
import type { ResolvedRedisOptions } from './options.js';
import type { Subscriptions } from './subscriptions.js';

/** Orphans that are looked at in one go. */
const BATCH = 200;
/** Milliseconds that a roster is kept after it was last written or compared, at least. */
const ROSTER = 120_000;
/** Milliseconds that a session which has ended is remembered, for an owner of before that has not heard of it. */
const OVER = 180_000;

/** Sessions, rosters and nodes in Redis. */
export class RedisCluster implements Cluster {
  readonly #logger = new Logger('Roost');
  #events: ClusterEvents | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  /** By Redis's clock. */
  #renewedAt = 0;
  /** By the machine's. */
  #renewedHere = 0;
  #marker: string | undefined;
  #ttl = 5 * 60_000;

  constructor(
    readonly node: string,
    private readonly redis: RedisConnection,
    private readonly subscriptions: Subscriptions,
    private readonly keys: Keys,
    private readonly options: ResolvedRedisOptions,
  ) {}

  /** @internal Milliseconds that what is written of a session is kept. */
  get sessionTtl(): number {
    return this.#ttl;
  }

  // ---- nodes -------------------------------------------------------------------------------------------------------

  async start(events: ClusterEvents): Promise<void> {
    await this.subscriptions.add(this.keys.node(this.node));
    this.#events = events;
    await this.#renewed();
    this.#renewal = setInterval(() => this.renew(), this.options.lease / 4).unref();
  }

  async leave(): Promise<void> {
    this.close();
    // Known, and silent for ever: others take the sessions over at once.
    await this.redis.command((client) => client.zadd(this.keys.nodes, 0, this.node));
  }

  close(): void {
    clearInterval(this.#renewal);
    this.#events = undefined;
  }

  /** @internal Says that this node lives, where it takes part; tried again soon where it cannot. */
  renew(): void {
    if (this.#events !== undefined) this.#renewed().catch(() => undefined);
  }

  /** @internal A message of a channel that is no room's. */
  heard(channel: string, message: string): void {
    if (channel !== this.keys.node(this.node)) return;
    const from = message.slice(0, message.indexOf(SEPARATOR));
    this.#events?.heard(from, message.slice(from.length + 1));
  }

  async tell(node: string, text: string): Promise<void> {
    await this.redis.publish(this.keys.node(node), channelMessage(this.node, text));
  }

  async alive(node: string): Promise<boolean> {
    return (await this.#silent(node, false)).length === 0;
  }

  #renewed(): Promise<void> {
    return (this.#renewing ??= this.#sayAlive().finally(() => (this.#renewing = undefined)));
  }

  async #sayAlive(): Promise<void> {
    const asked = performance.now();
    const [now, marker] = (await this.redis.run('renew', [this.keys.nodes, this.keys.marker], () => [
      this.node,
      randomBytes(9).toString('base64url'),
    ])) as [number, string];
    const silent = this.#renewedAt === 0 ? 0 : now - this.#renewedAt;
    const lost = this.#marker !== undefined && this.#marker !== marker;
    this.#renewedAt = now;
    this.#renewedHere = asked;
    this.#marker = marker;
    if (lost) this.#events?.lost();
    else if (silent > this.options.lease) this.#events?.lapsed();
  }

  async #silent(node: string, forget: boolean): Promise<string[]> {
    const args = [this.options.lease, node, forget ? '1' : '0'];
    return (await this.redis.run('silent', [this.keys.nodes], () => args)) as string[];
  }

  // ---- sessions ----------------------------------------------------------------------------------------------------

  async create(id: string, fields: ReadonlyMap<string, string>, ttl: number): Promise<void> {
    this.#ttl = ttl;
    const key = this.keys.session(id);
    await this.redis.command((client) =>
      Promise.all([
        client.sadd(this.keys.sessionsOf(this.node), id),
        client.hset(key, '#generation', '1', '#node', this.node, ...[...fields].flat()),
        client.pexpire(key, ttl),
      ]),
    );
  }

  async look(id: string): Promise<SessionState | undefined> {
    const found = await this.redis.command((client) => client.hgetall(this.keys.session(id)));
    return '#over' in found ? undefined : stateOf(Object.entries(found));
  }

  async claim(id: string, generation: number, away: boolean): Promise<ClaimedSession | undefined> {
    const own = this.keys.sessionsOf(this.node);
    await this.redis.command((client) => client.sadd(own, id));
    const args = [generation, this.node, this.#ttl, away ? '1' : '0', this.#now, ENDED_FIELD];
    const [awayFor, ...flat] = (await this.redis.run('claim', [this.keys.session(id)], () => args)) as [
      number,
      ...string[],
    ];
    const pairs: [string, string][] = [];
    for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string]);
    const state = stateOf(pairs);
    return state && { ...state, awayFor };
  }

  async save(id: string, generation: number, { set, gone, whole, anew, away }: SessionChanges): Promise<Saved> {
    // Who may have been taken for dead asks first whether it was.
    if (performance.now() - this.#renewedHere > this.options.lease) await this.#renewed();
    const how = anew ? '2' : whole ? '1' : '0';
    const args = [
      generation, this.node, this.#ttl, how, away ? '1' : '0', this.#now, gone.length, ...gone, ...[...set].flat(),
    ]; // prettier-ignore
    // First: if this node dies in between, others look for a session that is not there, and not past one that is.
    if (anew) await this.redis.command((client) => client.sadd(this.keys.sessionsOf(this.node), id));
    const saved = (await this.redis.run('save', [this.keys.session(id)], () => args)) as number;
    return saved === 1 ? 'saved' : saved === 0 ? 'taken' : 'missing';
  }

  async expire(id: string, generation: number, ttl: number, reason: string): Promise<'ended' | 'taken' | number> {
    const args = [generation, Math.ceil(ttl), ENDED_FIELD, reason, this.#now];
    const left = (await this.redis.run('expire', [this.keys.session(id)], () => args)) as number;
    return left === 0 ? 'ended' : left < 0 ? 'taken' : left;
  }

  async replace(id: string, field: string, from: string, to: string): Promise<string | undefined> {
    const node = await this.redis.run('replace', [this.keys.session(id)], () => [field, from, to]);
    return typeof node === 'string' ? node : undefined;
  }

  async mark(id: string, room: string, reason: string): Promise<string | undefined> {
    const args = [seatField(room), expelledField(room), reason];
    const node = await this.redis.run('mark', [this.keys.session(id)], () => args);
    return typeof node === 'string' ? node : undefined;
  }

  async remove(id: string, generation: number): Promise<void> {
    await this.redis.run('remove', [this.keys.session(id)], () => [generation, OVER]);
    await this.disown(id, this.node);
  }

  async orphans(): Promise<{ id: string; node: string }[]> {
    for (const node of await this.#silent('', false)) {
      const key = this.keys.sessionsOf(node);
      const ids = await this.redis.command((client) => client.srandmember(key, BATCH));
      if (ids.length > 0) return ids.map((id) => ({ id, node }));
      const gone = await this.#silent(node, true);
      if (gone.length > 0) this.#logger.log(`node ${node} has gone; nothing is left of it`);
    }
    return [];
  }

  async disown(id: string, node: string): Promise<void> {
    await this.redis.command((client) => client.srem(this.keys.sessionsOf(node), id));
  }

  /** Of tests that move time; else Redis's own clock counts. */
  get #now(): number | '' {
    return this.options.movedDate?.() ?? '';
  }

  // ---- who is where ------------------------------------------------------------------------------------------------

  async roster(room: string): Promise<RosterState> {
    const { '#rev': rev = '0', ...members } = await this.redis.command((client) =>
      client.hgetall(this.keys.roster(room)),
    );
    const entries = Object.entries(members).map(([id, text]) => [id, readRosterEntry(text)] as const);
    return { rev: Number(rev), members: new Map(entries) };
  }

  async enroll(room: string, id: string, generation: number, value: string | undefined): Promise<void> {
    await this.redis.run('enroll', [this.keys.roster(room)], () => [
      this.keys.live(room), this.redis.publishCommand, id, generation, value ?? '', Math.max(ROSTER, this.#ttl),
    ]); // prettier-ignore
  }

  async signal(room: string, text: string): Promise<void> {
    await this.redis.publish(this.keys.live(room), channelMessage('s', text));
  }
}

function stateOf(pairs: readonly (readonly [string, string])[]): SessionState | undefined {
  const fields = new Map(pairs);
  const generation = Number(fields.get('#generation') ?? 0);
  const node = fields.get('#node') ?? '';
  if (generation === 0) return undefined;
  for (const field of ['#generation', '#node', '#away']) fields.delete(field);
  return { generation, node, fields };
}
