import type { Position } from 'nestjs-roost';
import type { RedisStore } from 'nestjs-roost/redis';
import type { Entry, Ephemeral, LogListener, Retention, Subscription } from '../../lib/store/store.js';

export const KEEP: Retention = { size: 10_000, bytes: 64 * 1024 * 1024, ttl: 3_600_000 };

/** Milliseconds that something may take to happen. */
const PATIENCE = 9_000;

/** What a node hears of a room: data of messages, and `gap` where continuity is broken. */
export class Ear implements LogListener {
  readonly heard: unknown[] = [];
  readonly offsets: number[] = [];
  position: Position = { epoch: '', offset: 0 };
  subscription: Subscription | undefined;

  static async at(store: RedisStore, room: string): Promise<Ear> {
    const ear = new Ear();
    ear.subscription = await store.subscribe(room, KEEP, ear);
    ear.position = ear.subscription.position;
    return ear;
  }

  entry(entry: Entry): void {
    this.offsets.push(entry.offset);
    this.heard.push(entry.kind === 'message' ? (JSON.parse(entry.data) as unknown) : `retract ${entry.target}`);
  }

  ephemeral(message: Ephemeral): void {
    this.heard.push(`~${JSON.parse(message.data) as string}`);
  }

  cut(position: Position): void {
    this.position = position;
    this.heard.push('gap');
  }

  /** Settles when it has heard so many things. */
  async has(count: number): Promise<void> {
    await until(
      () => this.heard.length >= count,
      () => `${count} things to be heard, not ${JSON.stringify(this.heard)}`,
    );
  }
}

export async function until(holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function say(store: RedisStore, room: string, data: unknown): Promise<Position> {
  return store.append(room, { event: 'say', data: JSON.stringify(data), ts: Date.now() }, KEEP);
}

/** Says something as often as it takes. */
export async function sayAtLast(store: RedisStore, room: string, data: unknown): Promise<Position> {
  let position: Position | undefined;
  await until(
    async () => (position = await say(store, room, data).catch(() => undefined)) !== undefined,
    () => `${JSON.stringify(data)} to be taken`,
  );
  return position as Position;
}
