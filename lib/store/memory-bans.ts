import { hasEnded, type Ban, type Bans } from './bans.js';

interface Kept {
  readonly room: string;
  readonly ban: Ban;
}

/** Bans in this process's memory. */
export class MemoryBans implements Bans {
  readonly #rooms = new Map<string, Map<string, Kept>>();
  /** All of them, oldest first. */
  readonly #all = new Set<Kept>();

  /**
   * @param most how many are kept
   * @param date milliseconds since 1970
   */
  constructor(
    private readonly most: number,
    private readonly date: () => number,
  ) {}

  /** How many are kept. */
  get size(): number {
    return this.#all.size;
  }

  async add(room: string, ban: Ban): Promise<void> {
    this.#remove(room, ban.user.id);
    if (this.#all.size >= this.most) this.#makeRoom();
    const kept = { room, ban };
    let bans = this.#rooms.get(room);
    if (bans === undefined) this.#rooms.set(room, (bans = new Map<string, Kept>()));
    bans.set(ban.user.id, kept);
    this.#all.add(kept);
  }

  async lift(room: string, userId: string): Promise<boolean> {
    const found = await this.find(room, userId);
    this.#remove(room, userId);
    return found !== undefined;
  }

  async find(room: string, userId: string): Promise<Ban | undefined> {
    const ban = this.#rooms.get(room)?.get(userId)?.ban;
    if (ban === undefined || !hasEnded(ban, this.date())) return ban;
    this.#remove(room, userId);
    return undefined;
  }

  async list(room: string): Promise<readonly Ban[]> {
    const bans = Array.from(this.#rooms.get(room)?.values() ?? [], ({ ban }) => ban);
    for (const { user } of bans) await this.find(room, user.id);
    return Array.from(this.#rooms.get(room)?.values() ?? [], ({ ban }) => ban);
  }

  clear(): void {
    this.#rooms.clear();
    this.#all.clear();
  }

  /** Those that have ended go; where there are none, the oldest. */
  #makeRoom(): void {
    const now = this.date();
    for (const { room, ban } of this.#all) if (hasEnded(ban, now)) this.#remove(room, ban.user.id);
    const [oldest] = this.#all;
    if (this.#all.size >= this.most && oldest !== undefined) this.#remove(oldest.room, oldest.ban.user.id);
  }

  #remove(room: string, userId: string): void {
    const bans = this.#rooms.get(room);
    const kept = bans?.get(userId);
    if (bans === undefined || kept === undefined) return;
    this.#all.delete(kept);
    bans.delete(userId);
    if (bans.size === 0) this.#rooms.delete(room);
  }
}
