import { randomBytes } from 'node:crypto';
import { RoostException, type Position } from '../protocol/index.js';
import { Deque } from './deque.js';
import { Log } from './log.js';
import { MemoryBans } from './memory-bans.js';
import {
  STANDARD_RETENTION,
  type Draft,
  type Election,
  type Entry,
  type Ephemeral,
  type LogListener,
  type Page,
  type ReadQuery,
  type Retention,
  type Span,
  type Store,
  type Subscription,
} from './store.js';

/** How often logs are looked through for what has become too old, in milliseconds. */
const SWEEP = 1_000;
/** How long an empty log outlives the moment its position was last told, in milliseconds: time for a page to come back with it. */
const GRACE = 60_000;
/** How many empty logs are kept for that, the last ones told. */
const GRACED = 10_000;
/** Retention of a log that was only read so far. */
const EMPTY: Retention = { size: 0, bytes: 0, ttl: GRACE };

/** @publicApi */
export interface MemoryStoreOptions {
  /** Bytes kept for all rooms together, estimated; past that the oldest entries go, whosever they are. @default 268_435_456 */
  bytes?: number;
  /** Bans kept for all rooms together; past that the oldest go. @default 10_000 */
  bans?: number;
  /** Milliseconds since 1970; for tests. */
  date?: () => number;
}

interface Room {
  readonly name: string;
  readonly log: Log;
  /** Each with the offset that it hears from: entries up to there lie behind its position. */
  readonly listeners: Map<LogListener, number>;
  /** What listeners are to hear; there while they are being told. */
  deliveries: (Entry | Ephemeral)[] | undefined;
  /** When an empty log may go, where nobody is subscribed. */
  keepUntil: number;
}

/**
 * Keeps rooms' logs in this process's memory. They are gone when it ends.
 *
 * @publicApi
 */
export class MemoryStore implements Store {
  readonly bans: MemoryBans;
  readonly #rooms = new Map<string, Room>();
  /** Rooms kept for nothing but that their position was told, oldest first. */
  readonly #graced = new Set<Room>();
  /** A reference for each append: whose entry is the oldest. A reference to an entry that is gone is passed over. */
  #ages = new Deque<{ readonly room: Room; readonly offset: number }>();
  #kept = 0;
  #bytes = 0;
  #sweep: NodeJS.Timeout | undefined;
  readonly #limit: number;
  readonly #date: () => number;

  constructor(options: MemoryStoreOptions = {}) {
    this.#limit = options.bytes ?? 256 * 1024 * 1024;
    this.#date = options.date ?? (() => Date.now());
    this.bans = new MemoryBans(options.bans ?? 10_000, this.#date);
    if (options.bans !== undefined && !(options.bans > 0)) throw new TypeError('MemoryStore: `bans` must be above 0');
    if (!(this.#limit > 0)) throw new TypeError('MemoryStore: `bytes` must be above 0');
  }

  /** How many rooms something is kept of. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Bytes kept, estimated. */
  get bytes(): number {
    return this.#bytes;
  }

  async append(name: string, draft: Draft, retention: Retention | undefined): Promise<Position> {
    const room = this.#open(name, retention);
    return this.#added(room, room.log.append(draft));
  }

  async publish(name: string, message: Ephemeral): Promise<void> {
    const room = this.#rooms.get(name);
    if (room !== undefined) deliver(room, message);
  }

  async retract(
    name: string,
    target: number,
    ts: number,
    retention: Retention | undefined,
  ): Promise<Position | undefined> {
    const room = this.#rooms.get(name);
    if (room === undefined || !room.log.retractable(target)) return undefined;
    if (retention !== undefined) room.log.retention = retention;
    return this.#added(room, room.log.retract(target, ts));
  }

  async read(name: string, query: ReadQuery): Promise<Page> {
    return this.#look(name).log.read(query);
  }

  async span(name: string): Promise<Span> {
    return this.#look(name).log.span;
  }

  async subscribe(name: string, retention: Retention | undefined, listener: LogListener): Promise<Subscription> {
    const room = this.#open(name, retention);
    const { position } = room.log;
    room.listeners.set(listener, position.offset);
    return {
      position,
      close: () => {
        room.listeners.delete(listener);
        this.#forgetIfEmpty(room);
      },
    };
  }

  async elect(_task: string, onChange: (elected: boolean) => void): Promise<Election> {
    onChange(true);
    return { holds: true, close: () => {} };
  }

  async close(): Promise<void> {
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    for (const room of this.#rooms.values()) room.log.clear();
    this.#rooms.clear();
    this.bans.clear();
    this.#graced.clear();
    this.#ages = new Deque();
    this.#kept = 0;
  }

  #open(name: string, retention: Retention | undefined): Room {
    let room = this.#rooms.get(name);
    if (room === undefined) {
      const kept = retention ?? STANDARD_RETENTION;
      const log = new Log(randomBytes(9).toString('base64url'), kept, (change) => (this.#bytes += change));
      room = { name, log, listeners: new Map(), deliveries: undefined, keepUntil: 0 };
      this.#rooms.set(name, room);
      this.#sweep ??= setTimeout(() => this.#sweepAll(), SWEEP).unref();
    }
    if (retention !== undefined) room.log.retention = retention;
    return room;
  }

  /** The room, for a position of its log to be told. */
  #look(name: string): Room {
    const now = this.#date();
    const room = this.#rooms.get(name) ?? this.#open(name, EMPTY);
    this.#trim(room, now);
    room.keepUntil = now + GRACE;
    this.#graced.delete(room);
    if (room.log.length === 0 && room.listeners.size === 0) this.#grace(room);
    return room;
  }

  #grace(room: Room): void {
    this.#graced.add(room);
    if (this.#graced.size <= GRACED) return;
    const [oldest] = this.#graced;
    if (oldest === undefined) return;
    this.#graced.delete(oldest);
    oldest.keepUntil = 0;
    this.#forgetIfEmpty(oldest);
  }

  #added(room: Room, entry: Entry): Position {
    const position = { epoch: room.log.epoch, offset: entry.offset };
    this.#ages.push({ room, offset: entry.offset });
    this.#kept++;
    this.#trim(room, this.#date());
    while (this.#bytes > this.#limit) this.#dropOldest();
    this.#compactAges();
    deliver(room, entry);
    this.#forgetIfEmpty(room);
    return position;
  }

  #trim(room: Room, now: number): void {
    const before = room.log.length;
    room.log.trim(now);
    this.#kept -= before - room.log.length;
  }

  #dropOldest(): void {
    const oldest = this.#ages.shift();
    if (oldest === undefined) throw new RoostException('INTERNAL', 'the store counts bytes of no entry');
    const { room, offset } = oldest;
    if (room.log.span.oldest !== offset || room.log.length === 0) return;
    room.log.dropOldest();
    this.#kept--;
    this.#forgetIfEmpty(room);
  }

  /** Keeps the references to entries that are gone fewer than those to entries that are there. */
  #compactAges(): void {
    if (this.#ages.length < 1_000 || this.#ages.length < this.#kept * 2) return;
    const ages = new Deque<{ room: Room; offset: number }>();
    for (let age = this.#ages.shift(); age !== undefined; age = this.#ages.shift()) {
      if (age.room.log.span.oldest <= age.offset && age.room.log.length > 0) ages.push(age);
    }
    this.#ages = ages;
  }

  #forgetIfEmpty(room: Room): void {
    if (room.log.length > 0 || room.listeners.size > 0 || room.keepUntil > this.#date()) return;
    this.#graced.delete(room);
    // The name may stand for a newer log by now.
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
  }

  #sweepAll(): void {
    this.#sweep = undefined;
    const now = this.#date();
    for (const room of this.#rooms.values()) {
      this.#trim(room, now);
      this.#forgetIfEmpty(room);
    }
    if (this.#rooms.size > 0) this.#sweep = setTimeout(() => this.#sweepAll(), SWEEP).unref();
  }
}

/** Tells listeners, in order: what is published while they are told waits for its turn. */
function deliver(room: Room, published: Entry | Ephemeral): void {
  if (room.deliveries !== undefined) {
    room.deliveries.push(published);
    return;
  }
  const deliveries = (room.deliveries = [published]);
  try {
    for (const delivery of deliveries) {
      for (const [listener, from] of room.listeners) {
        if (!('kind' in delivery)) listener.ephemeral(delivery);
        else if (delivery.offset > from) listener.entry(delivery);
      }
    }
  } finally {
    room.deliveries = undefined;
  }
}
