import { map, Subject, type Observable } from 'rxjs';
import { RoostException, roomNameFault, type AnyContract, type Position } from '../protocol/index.js';
import type { RoomDefinition } from './definition.js';
import { Kicks } from './kicks.js';
import { LivingNodes } from './living-nodes.js';
import { LiveRoom, type LiveRoomEvents, type RoomParts } from './live-room.js';
import { Patterns, type Match } from './pattern.js';
import type { Store } from '../store/store.js';
import { Room, type RoomHost } from './room.js';
import { RosterWriter } from './roster-writer.js';

export interface RoomsOptions {
  /** Bytes of a frame. */
  readonly frameLimit: number;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  /** Called before a room is looked up: defines the rooms where that has not been done. */
  readonly prepare: () => void;
  /** What rooms are that no pattern matches; without it there are none. */
  readonly otherwise?: RoomDefinition;
}

/**
 * All rooms of the app. Inject it to speak to a room from anywhere.
 *
 * ```ts
 * constructor(private readonly rooms: Rooms) {}
 * this.rooms.get('chat/general').broadcast('notice', { text: 'Maintenance at noon' });
 * ```
 *
 * @publicApi
 */
export class Rooms {
  readonly #patterns = new Patterns<RoomDefinition>();
  readonly #live = new Map<string, { readonly room: LiveRoom; readonly opened: Promise<void> }>();
  /** @internal */
  readonly inhabited$ = new Subject<LiveRoom>();
  /** @internal */
  readonly deserted$ = new Subject<LiveRoom>();
  /** Rooms that somebody enters, as the first. */
  readonly created$: Observable<Room> = this.inhabited$.pipe(map((room) => this.handle(room, () => {})));
  /** Names of rooms that the last one has left. Their history stays for as long as it is kept. */
  readonly removed$: Observable<string> = this.deserted$.pipe(map(({ name }) => name));
  /** @internal Tells other nodes who is in which room; nothing where there are none. */
  readonly roster: RosterWriter | undefined;
  /** @internal Takes sessions out of rooms on other nodes. */
  readonly kicks: Kicks | undefined;
  readonly #parts: RoomParts;
  readonly #host: RoomHost;
  readonly #prepare: () => void;
  readonly #otherwise: RoomDefinition | undefined;
  /** A revision of presence above all that rooms of before have told: a client may not know that its room was empty meanwhile. */
  #nextRev = 0;

  /** @internal */
  constructor(parts: Omit<RoomParts, 'roster' | 'nodes' | 'kicks'>, options: RoomsOptions) {
    const { cluster } = parts.store;
    this.roster = cluster && new RosterWriter(cluster, parts.wheel, parts.onError);
    this.kicks = cluster && new Kicks(cluster, parts.wheel, parts.onError);
    const nodes = cluster && new LivingNodes(cluster, parts.wheel);
    this.#parts = { ...parts, roster: this.roster, nodes, kicks: this.kicks };
    this.#prepare = options.prepare;
    this.#otherwise = options.otherwise;
    this.#host = {
      store: parts.store,
      kicks: this.kicks,
      onError: parts.onError,
      frameLimit: options.frameLimit,
      date: options.date,
      live: (name) => this.#live.get(name)?.room,
      enter: (name) => this.enter(name),
    };
  }

  /**
   * The room of this name, whether or not anybody is in it.
   *
   * @throws {RoostException} ROOM_NOT_FOUND where no `@RoomGateway` pattern matches the name
   */
  get<C extends object = AnyContract>(name: string): Room<C> {
    const { value, params } = this.match(name);
    return new Room<C>(name, params, value, this.#host);
  }

  /** @internal */
  get store(): Store {
    return this.#parts.store;
  }

  /** Names of the rooms that somebody is in, on this node. */
  names(): string[] {
    return [...this.#live].flatMap(([name, { room }]) => (room.size > 0 ? [name] : []));
  }

  /** @internal How many rooms somebody is in, on this node, and how many seats are taken in them. */
  occupancy(): { rooms: number; members: number } {
    let rooms = 0;
    let members = 0;
    for (const { room } of this.#live.values()) {
      members += room.size;
      if (room.size > 0) rooms++;
    }
    return { rooms, members };
  }

  /** @internal A handle that tells what is published through it. */
  handle(room: LiveRoom, onPublished: (position: Position) => void): Room {
    return new Room(room.name, room.params, room.definition, this.#host, onPublished);
  }

  /** @internal @throws {PatternError} */
  define(definition: RoomDefinition): void {
    this.#patterns.add(definition.pattern, definition, definition.owner);
  }

  /** @internal */
  match(name: string): Match<RoomDefinition> {
    this.#prepare();
    const match = roomNameFault(name) === undefined ? this.#find(name) : undefined;
    if (match === undefined) throw new RoostException('ROOM_NOT_FOUND', 'there is no such room');
    return match;
  }

  /** @internal The room on this node, kept until it is released. */
  async enter(name: string): Promise<LiveRoom> {
    let entry = this.#live.get(name);
    if (entry === undefined) {
      const { value, params } = this.match(name);
      const events: LiveRoomEvents = {
        unused: (gone) => this.#forget(gone),
        inhabited: (filled) => this.inhabited$.next(filled),
        deserted: (left) => this.deserted$.next(left),
      };
      const room = new LiveRoom(name, value, params, this.#parts, events, this.#nextRev);
      entry = { room, opened: room.open() };
      this.#live.set(name, entry);
    }
    const { room, opened } = entry;
    room.retain();
    try {
      await opened;
    } catch (error) {
      room.release();
      throw error;
    }
    return room;
  }

  /** @internal Ends what the app observes. */
  close(): void {
    for (const { room } of [...this.#live.values()]) room.observers.end();
    this.inhabited$.complete();
    this.deserted$.complete();
  }

  #find(name: string): Match<RoomDefinition> | undefined {
    return this.#patterns.find(name) ?? (this.#otherwise && { value: this.#otherwise, params: {} });
  }

  #forget(room: LiveRoom): void {
    this.#nextRev = Math.max(this.#nextRev, room.presence.rev + 1);
    if (this.#live.get(room.name)?.room === room) this.#live.delete(room.name);
  }
}
