import type {
  AnyContract,
  BroadcastData,
  BroadcastEvent,
  HistoryMessage,
  HistoryPage,
  LeaveReason,
  Position,
  PresenceState,
} from '../protocol/index.js';
import type { Ban } from '../store/bans.js';
import type { Draft, MessageEntry, Store } from '../store/store.js';
import { checkSize, encodeMessage } from './encoding.js';
import { filter, type Observable } from 'rxjs';
import type { Kicks } from './kicks.js';
import type { Member, User } from './member.js';
import { observeMessages, observePresence, type ObservedRoom, type RoomMessage } from './observation.js';
import type { RoomSettings } from './settings.js';

/** Messages of a page where nothing else is asked for, and at most. */
const PAGE = 50;
const PAGE_MOST = 1_000;
/** Bytes of a page. */
const PAGE_BYTES = 256 * 1024;
/** What a page has around its messages, at most. */
const PAGE_HEAD = 256;

/** @publicApi */
export interface BroadcastOptions {
  /** Sessions, or their public ids, that do not get it. It spares a sender its echo; history shows such messages. */
  except?: Member | string | readonly (Member | string)[];
  /** Whose message it is: told as the public id of the session. */
  from?: Member | string;
  /**
   * Delivered to who is here now, and kept nowhere: for what is soon outdated, as typing or positions.
   * @default false
   */
  ephemeral?: boolean;
}

/** @publicApi */
export interface HistoryOptions {
  /** Only messages below this offset: the last ones of those. */
  before?: number;
  /** Only messages above this offset: the first ones of those. */
  since?: number;
  /** At most so many, up to 1,000. @default 50 */
  limit?: number;
}

/** @publicApi */
export interface BanOptions {
  /** Milliseconds after which it ends. @default never */
  for?: number;
  /** What the user is told. */
  reason?: string;
}

/** A room that somebody is in, as a handle sees it. */
export interface Inhabited {
  readonly delivery: { readonly top: number };
  readonly members: Iterable<{ readonly member: Member }>;
  readonly presence: { readonly state: PresenceState | undefined };
  get(memberId: string): { readonly member: Member } | undefined;
  /** Calls joins that run off. */
  callOff(memberId: string, reason: LeaveReason): boolean;
  /** Takes out all sessions of a user that are in it on this node, or about to be. */
  expelUser(userId: string, reason: LeaveReason): void;
}

/** What a room needs of its node. */
export interface RoomHost {
  readonly store: Store;
  /** Asks other nodes, where there are any. */
  readonly kicks: Kicks | undefined;
  /** Bytes of a frame. */
  readonly frameLimit: number;
  date(): number;
  live(name: string): Inhabited | undefined;
  /** The room, kept alive until it is released. */
  enter(name: string): Promise<ObservedRoom>;
  onError(error: unknown, what: string): void;
}

/**
 * A room, by its name. It is a light handle: make as many as you like, keep them as long as you like.
 *
 * @typeParam C the room's contract
 * @publicApi
 */
export class Room<C extends object = AnyContract> {
  readonly #settings: RoomSettings;
  readonly #host: RoomHost;
  readonly #onPublished: ((position: Position) => void) | undefined;

  /** @internal */
  constructor(
    /** The room's name, as `chat/general`. */
    readonly name: string,
    /** What the pattern's parameters stand for, as `{ channel: 'general' }`. */
    readonly params: Readonly<Record<string, string>>,
    settings: RoomSettings,
    host: RoomHost,
    onPublished?: (position: Position) => void,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#onPublished = onPublished;
  }

  /**
   * Sends a message to everybody in the room and adds it to the room's log.
   *
   * The message has its place in the room's order when this returns; the promise tells it. A rejection is also logged,
   * so that nobody has to wait for it.
   *
   * @throws {RoostException} TOO_LARGE where its frame would be larger than `limits.frame`, UNAVAILABLE where the store is
   */
  broadcast<E extends BroadcastEvent<C>>(
    event: E,
    data: BroadcastData<C, E>,
    options: BroadcastOptions & { ephemeral: true },
  ): Promise<void>;
  broadcast<E extends BroadcastEvent<C>>(
    event: E,
    data: BroadcastData<C, E>,
    options?: BroadcastOptions & { ephemeral?: false },
  ): Promise<Position>;
  broadcast(event: string, data: unknown, options: BroadcastOptions = {}): Promise<Position | void> {
    const published = this.#publish(event, data, options);
    published.catch((error: unknown) => this.#host.onError(error, `broadcast of ${JSON.stringify(event)} to ${this}`));
    return published;
  }

  /** A page of the room's history, in ascending order. Retracted messages are left out. */
  async history(options: HistoryOptions = {}): Promise<HistoryPage> {
    const page = await this.#read(options);
    const messages = page.found.map(({ message: { event, data, offset, from, ts } }): HistoryMessage => ({
      event,
      data: JSON.parse(data) as unknown,
      offset,
      ...(from !== undefined && { from }),
      ts,
    }));
    return { epoch: page.epoch, offset: page.offset, messages, more: page.more };
  }

  /** @internal The same page as JSON text, without decoding what is in it. */
  async historyText(options: HistoryOptions): Promise<string> {
    const { epoch, offset, found, more } = await this.#read(options);
    const texts = found.map(({ text }) => text);
    return `{"epoch":${JSON.stringify(epoch)},"offset":${offset},"messages":[${texts.join(',')}],"more":${more}}`;
  }

  /**
   * Removes a message's data from the history and tells everybody, also those who are away.
   *
   * @returns whether there was such a message
   */
  async retract(offset: number): Promise<boolean> {
    const { store } = this.#host;
    const position = await store.retract(this.name, offset, this.#host.date(), this.#settings.retention);
    if (position !== undefined) this.#onPublished?.(position);
    return position !== undefined;
  }

  /**
   * Takes somebody out of the room, also one who is away or is just joining.
   *
   * @param member a session or its public id
   * @param reason what it is told
   * @returns whether it was in the room, as far as this node knows: others look for it too
   */
  kick(member: Member | string, reason: Extract<LeaveReason, 'kicked' | 'banned'> = 'kicked'): boolean {
    const id = idOf(member);
    const live = this.#host.live(this.name);
    const membership = live?.get(id);
    const joining = live?.callOff(id, reason) ?? false;
    if (membership !== undefined) membership.member.expel(this.name, reason);
    // It may be in the room, or joining it, on another node.
    else this.#host.kicks?.ask(this.name, id, reason);
    return joining || membership !== undefined;
  }

  /**
   * Takes all sessions of a user out of the room, on all nodes, and lets none in again, whether it joins or comes back.
   * Another ban takes this one's place. Sessions of nobody in particular cannot be banned.
   *
   * @param user a user or its id; with its name the name is kept too
   * @throws {RoostException} UNAVAILABLE where the store is
   */
  async ban(user: User | string, options: BanOptions = {}): Promise<void> {
    const { id, name } = typeof user === 'string' ? { id: user, name: undefined } : user;
    const { for: duration, reason } = options;
    if (typeof id !== 'string') throw new TypeError(`ban from ${this}: the user's id must be a string`);
    const since = Math.floor(this.#host.date());
    const until = duration === undefined ? undefined : Math.ceil(since + duration);
    if (duration !== undefined && !(Number.isFinite(duration) && duration > 0 && Number.isSafeInteger(until))) {
      throw new TypeError(`ban from ${this}: \`for\` must be a number above 0`);
    }
    await this.#host.store.bans.add(this.name, {
      user: name === undefined ? { id } : { id, name },
      since,
      ...(until !== undefined && { until }),
      ...(reason !== undefined && { reason }),
    });
    this.#host.live(this.name)?.expelUser(id, 'banned');
    this.#tellOthers({ banned: id });
  }

  /** Lets a user in again. @returns whether it was banned */
  async unban(user: User | string): Promise<boolean> {
    return this.#host.store.bans.lift(this.name, typeof user === 'string' ? user : user.id);
  }

  /** Who is banned, those who were banned first at the front. */
  banned(): Promise<readonly Ban[]> {
    return this.#host.store.bans.list(this.name);
  }

  /** Who is in the room, those who are away for a moment included. */
  get members(): readonly Member[] {
    const live = this.#host.live(this.name);
    return live === undefined ? [] : Array.from(live.members, ({ member }) => member);
  }

  /** What members are told of who is here; nothing where `presence` is off. */
  get presence(): PresenceState | undefined {
    if (this.#settings.presence === 'off') return undefined;
    const empty = { rev: 0, count: 0, ...(this.#settings.presence === 'list' && { members: [] }) };
    return this.#host.live(this.name)?.presence.state ?? empty;
  }

  /**
   * What is said in the room, as it is said. Each message is decoded once, however many subscribe; a subscription keeps
   * the room's log observed until it ends, whether or not anybody is in the room. Completes when the app shuts down.
   *
   * With `since` it begins just after that position, with no hole and no repeat before what comes live.
   *
   * @throws {RoostException} UNAVAILABLE, as an error of the Observable, where what came after `since` is no longer kept
   */
  messages$(options: { since?: Position } = {}): Observable<RoomMessage> {
    return observeMessages(() => this.#host.enter(this.name), options.since);
  }

  /** {@link messages$} of one name. */
  on$<E extends BroadcastEvent<C>>(
    event: E,
    options: { since?: Position } = {},
  ): Observable<RoomMessage<BroadcastData<C, E>>> {
    return this.messages$(options).pipe(
      filter((message): message is RoomMessage<BroadcastData<C, E>> => message.event === event),
    );
  }

  /** Who is here, as members are told: now, and with each change. Only the count where `presence` is off. */
  get presence$(): Observable<PresenceState> {
    return observePresence(
      () => this.#host.enter(this.name),
      (room) => room.presence.state ?? { rev: 0, count: room.size },
    );
  }

  /** Who is in the room: now, and with each change that members are told. */
  get members$(): Observable<readonly Member[]> {
    return observePresence(
      () => this.#host.enter(this.name),
      (room) => Array.from(room.members, ({ member }) => member),
    );
  }

  /** Members on other nodes are taken out by these. */
  #tellOthers(signal: { readonly banned: string }): void {
    const { store, onError } = this.#host;
    const told = store.cluster?.signal(this.name, JSON.stringify(signal));
    told?.catch((error: unknown) => onError(error, `ban from ${this}`));
  }

  /** @internal */
  toString(): string {
    return `room ${JSON.stringify(this.name)}`;
  }

  async #publish(event: string, data: unknown, options: BroadcastOptions): Promise<Position | void> {
    const draft = this.#draft(event, data, options);
    const { store, frameLimit } = this.#host;
    if (options.ephemeral === true) {
      checkSize(this.name, draft, frameLimit);
      return store.publish(this.name, draft);
    }
    // The offset is the store's to give; the next one here has as many digits, but for a rare moment in a cluster.
    const next = (this.#host.live(this.name)?.delivery.top ?? Number.MAX_SAFE_INTEGER - 1) + 1;
    checkSize(this.name, draft, frameLimit, next);
    const position = await store.append(this.name, draft, this.#settings.retention);
    this.#onPublished?.(position);
    return position;
  }

  #draft(event: string, data: unknown, { except, from }: BroadcastOptions): Draft {
    if (typeof event !== 'string') throw new TypeError(`broadcast to ${this}: the event must be a string`);
    return {
      event,
      data: JSON.stringify(data) ?? 'null',
      ts: this.#host.date(),
      ...(from !== undefined && { from: idOf(from) }),
      ...(except !== undefined && { except: idsOf(except) }),
    };
  }

  async #read(options: HistoryOptions) {
    const limit = Math.max(1, Math.min(options.limit ?? PAGE, PAGE_MOST));
    const { before, since } = options;
    const forward = before === undefined && since !== undefined;
    const json = JSON.stringify(this.name);
    const found: { readonly message: MessageEntry; readonly text: string }[] = [];
    let cursor = before ?? since;
    let bytes = PAGE_BYTES - PAGE_HEAD;
    for (;;) {
      const place = forward ? { since: cursor ?? 0 } : { before: cursor ?? Number.MAX_SAFE_INTEGER };
      const page = await this.#host.store.read(this.name, { ...place, limit: limit - found.length, bytes });
      let full = false;
      for (const entry of forward ? page.entries : page.entries.toReversed()) {
        if (entry.kind !== 'message' || entry.retracted === true) continue;
        const text = encodeMessage(json, entry, entry.offset);
        bytes -= Buffer.byteLength(text) + 1;
        full = bytes < 0 && found.length > 0;
        if (full) break;
        found.push({ message: entry, text });
      }
      // A page that is cut short by entries that are not shown is filled up, so that it always leads on.
      if (full || !page.more || found.length >= limit) {
        if (!forward) found.reverse();
        return { epoch: page.epoch, offset: page.top, found, more: full || page.more };
      }
      cursor = forward ? page.entries.at(-1)?.offset : page.entries[0]?.offset;
    }
  }
}

function idOf(member: Member | string): string {
  return typeof member === 'string' ? member : member.id;
}

function idsOf(members: NonNullable<BroadcastOptions['except']>): string[] {
  return (Array.isArray(members) ? (members as readonly (Member | string)[]) : [members as Member | string]).map(idOf);
}
