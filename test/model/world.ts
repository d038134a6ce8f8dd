import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { RoostException, MemoryStore, type LeaveReason, type Store } from 'nestjs-roost';
import { ManualClock } from 'nestjs-roost/testing';
import type { RoomDeclaration } from '../../lib/gateway/room-gateways.js';
import type { Call, RoomHandlers } from '../../lib/rooms/definition.js';
import { RoostNode } from '../../lib/roost.node.js';
import { resolveOptions } from '../../lib/roost.options.js';
import type { Session } from '../../lib/sessions/session.js';
import type { RawFrame } from '../support/raw-client.js';
import { Link } from '../support/link.js';
import { COMPRESSION, compressible, variant, WINDOW } from '../support/variant.js';
import { SlowStore, Truth } from './truth.js';

/** A room of each kind: much history, little, none. */
export const ROOMS = ['much/1', 'little/1', 'none/1'] as const;

/** Entries that a replay may have. */
export const REPLAY = 40;

/** What a message or a join asks its handler to do. */
export interface Order {
  /** Tells this message from all others. */
  readonly n: number;
  readonly slow?: boolean;
  readonly publish?: boolean;
  readonly spare?: boolean;
  readonly refuse?: boolean;
}

interface Run {
  readonly session: string;
  readonly room: string;
  readonly n: number;
  readonly join: boolean;
  /** By the clock. */
  readonly began: number;
  over: boolean;
}

/** A session as the model knows it: which tokens resume it. */
interface Tokens {
  readonly id: string;
  presented: string | undefined;
  issued: string | undefined;
}

/** Answers that a session keeps. */
export const ANSWERS = 6;
const HANDLER_TIMEOUT = 30_000;
const TTL = 120_000;

/** Where the engine runs. */
export interface Setting {
  /** A store for each node: those of several share what they keep. */
  stores(date: () => number): readonly Store[];
  /** Lets a turn of what is under way happen. */
  turn(): Promise<void>;
}

/** One node, by itself. */
export const ALONE: Setting = {
  stores: (date) => [new MemoryStore({ date })],
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

/** The real engine, with handlers that wait for the test, and everything written down that the model asks about. */
export class World {
  readonly clock = new ManualClock();
  readonly truth = new Truth(() => this.clock.date());
  readonly #nodes: readonly RoostNode[];
  readonly #stores: readonly SlowStore[];
  /** What went against the protocol. */
  readonly faults: string[] = [];
  /** How often each message was run. */
  readonly runs = new Map<number, number>();
  /** Messages that must not run unless they are sent again. */
  readonly discarded = new Set<number>();
  /** How many entries had been asked for when a join handler began, by the join's number. */
  readonly askedAtJoin = new Map<number, number>();
  /** Joins that ran when their session was taken out of the room. */
  readonly calledOff = new Set<number>();
  /** Called when a connection takes a session over. */
  readonly onClaim: ((session: string) => void)[] = [];
  /** Direct messages of each session. */
  readonly directs = new Map<string, number[]>();
  readonly leaves = new Map<string, number>();
  readonly joins = new Map<string, number>();
  /** Sessions, the rooms they have left, and why. */
  readonly reasons = new Set<string>();
  /** Sessions that have been told they are in a room, with the room. */
  readonly members = new Set<string>();
  /** Steps at which ephemeral messages were published, and whom they spare. */
  readonly ephemerals = new Map<number, { readonly step: number; readonly except: string | undefined }>();
  resumeMode: 'accept' | 'wait' | 'refuse' = 'accept';
  readonly #waiting: (() => void)[] = [];
  readonly #running: Run[] = [];
  readonly #tokens = new Map<string, Tokens>();
  readonly #awaySince = new Map<string, number>();
  /** Connections there have been: each goes to another node than the one before. */
  #connections = 0;
  readonly #doubtful = new Set<string>();
  /** Sessions that have ended. */
  readonly #over = new Set<string>();
  #n = 0;

  constructor(private readonly setting: Setting) {
    Logger.overrideLogger(false);
    const kept = setting.stores(() => this.clock.date());
    this.#stores = kept.map((store) => new SlowStore(variant.compression ? compressible(store) : store, this.truth));
    this.#nodes = this.#stores.map((store) => this.#node(store));
  }

  /** Whether there is more than one node: what one of them does the others learn in a moment, and not at once. */
  get several(): boolean {
    return this.#stores.length > 1;
  }

  async start(): Promise<void> {
    for (const node of this.#nodes) await node.sessions.start();
  }

  #node(store: SlowStore): RoostNode {
    const options = resolveOptions({
      clock: this.clock,
      store,
      heartbeat: { interval: 2 ** 31 - 1, timeout: 10_000 },
      limits: { messages: false, connections: false, queue: 2_048, replay: REPLAY },
      timeouts: { handler: HANDLER_TIMEOUT },
      session: { ttl: TTL, answers: { count: ANSWERS } },
      fanOut: { window: variant.window ? WINDOW : 0 },
      compression: variant.compression && COMPRESSION,
    });
    const node = new RoostNode(options, undefined, () => ({
      prepare: () => {},
      rooms: () => [
        this.#definition('much/:n', 500, true, 'list'),
        this.#definition('little/:n', 4, false, 'list'),
        this.#definition('none/:n', 0, false, 'off'),
      ],
      ordinary: { message: async () => undefined },
      hooks: {
        open: async () => {},
        resume: async () => {},
        end: async (session, reason) => this.#sessionEnded(session, reason),
      },
    }));
    node.report = (error, what) => {
      if (!what.startsWith('late: ') && !what.startsWith('resume of'))
        this.fault(`reported: ${what}: ${String(error)}`);
    };
    node.start();
    this.#watch(node);
    return node;
  }

  // ---- what there is -----------------------------------------------------------------------------------------------

  /** The rooms, by way of one of the nodes. */
  get rooms(): RoostNode['rooms'] {
    return this.#first.rooms;
  }

  get #first(): RoostNode {
    return this.#nodes[0] as RoostNode;
  }

  /** A session, on whichever node it is; nothing while it is on its way from one to another. */
  session(id: string | undefined): Session | undefined {
    return this.#nodes.map(({ sessions }) => sessions.get(id ?? '')).find((found) => found !== undefined);
  }

  /** Turns of the event loop that the store's answers take. */
  set delay(turns: number) {
    for (const store of this.#stores) store.delay = turns;
  }

  /** Public ids of those who are in a room. */
  membersOf(room: string): string[] {
    const all = this.#nodes.flatMap(({ sessions }) => sessions.all());
    return all.filter(({ rooms }) => rooms.includes(room)).map(({ id }) => id);
  }

  /** What is left when everybody has gone. */
  get left(): {
    readonly sessions: number;
    readonly away: number;
    readonly rooms: string[];
    readonly timers: number[];
  } {
    const sum = (of: (node: RoostNode) => number): number => this.#nodes.reduce((total, node) => total + of(node), 0);
    return {
      sessions: sum(({ sessions }) => sessions.size),
      away: sum(({ sessions }) => sessions.awayCount),
      rooms: this.#nodes.flatMap(({ rooms }) => rooms.names()),
      // Nodes look after each other for as long as they live.
      timers: this.several ? [] : this.clock.waiting,
    };
  }

  fault(what: string): void {
    this.faults.push(what);
  }

  /** The next message's number. */
  number(): number {
    return ++this.#n;
  }

  /** Brings a link to the server. */
  connect(address: string, onDeliver: (text: string) => void): Link {
    const link = new Link((frame) => this.#written(frame), onDeliver);
    const request = { headers: { 'sec-websocket-protocol': 'roost.v1' }, socket: { remoteAddress: address } };
    const node = this.#nodes[this.#connections++ % this.#nodes.length] as RoostNode;
    node.accept(link.server as never, request as never, () => {});
    return link;
  }

  /** Lets so many turns of what is under way happen. */
  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.setting.turn();
  }

  /** Takes somebody out of a room. */
  kick(room: string, session: string, reason: 'kicked' | 'banned'): void {
    for (const run of this.#running) {
      // Of several nodes another may let it in before it hears of this.
      const here = run.join && !run.over && !this.several;
      if (here && run.session === session && run.room === room) this.calledOff.add(run.n);
    }
    this.rooms.get(room).kick(session, reason);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets a handler that waits go on. */
  release(which: number): void {
    this.#waiting.splice(which % Math.max(1, this.#waiting.length), 1)[0]?.();
  }

  isMember(room: string, session: string): boolean {
    return this.session(session)?.rooms.includes(room) === true;
  }

  async close(): Promise<void> {
    while (this.#waiting.length > 0) this.release(0);
    for (const node of this.#nodes) {
      const state = { open: true };
      const closed = node.close().finally(() => (state.open = false));
      for (let i = 0; state.open && i < 100; i++) {
        this.clock.advance(60_000);
        await this.turns(2);
      }
      await closed;
    }
  }

  // ---- what the app does -------------------------------------------------------------------------------------------

  #definition(pattern: string, size: number, resumes: boolean, presence: 'list' | 'off'): RoomDeclaration {
    const retention = { size, bytes: size * 10_000, ttl: size === 0 ? 0 : 100_000 };
    const definition = { pattern, retention, presence, presenceLimit: 200, handlers: this.#handlers(resumes) };
    return { definition, streams: [] };
  }

  #handlers(resumes: boolean): RoomHandlers {
    return {
      resumes,
      has: (event) => event === 'say',
      join: async (call) => {
        const order = call.data as Order;
        const { room, member } = call;
        this.askedAtJoin.set(order.n, this.truth.asked);
        await this.#inHand(call, order);
        if (order.refuse) throw new RoostException('FORBIDDEN', 'refused');
        count(this.joins, `${member.id} ${room.name}`);
        return { n: order.n };
      },
      message: async (call) => {
        const order = call.data as Order;
        await this.#inHand(call, order);
        if (!order.publish) return { n: order.n };
        const options = order.spare ? { except: call.member } : {};
        const { offset, epoch } = await call.room.broadcast('said', { n: order.n }, options);
        return { n: order.n, offset, epoch };
      },
      resume: async () => {
        if (this.resumeMode === 'wait') await this.#wait();
        if (this.resumeMode === 'refuse') throw new RoostException('FORBIDDEN', 'no longer');
      },
      leave: async (call) => {
        const key = `${call.member.id} ${call.room.name}`;
        count(this.leaves, key);
        this.reasons.add(`${key} ${(call.data as { reason: LeaveReason }).reason}`);
        if ((this.leaves.get(key) ?? 0) > (this.joins.get(key) ?? 0))
          this.fault(`${key} left more often than it joined`);
      },
    };
  }

  /** Runs an order: counts it, checks its place, and waits where it is slow. */
  async #inHand(call: Call, order: Order): Promise<void> {
    const { n } = order;
    const join = call.event === 'join';
    const run: Run = {
      session: call.member.id,
      room: call.room.name,
      n,
      join,
      began: this.clock.now(),
      over: false,
    };
    count(this.runs, n);
    if ((this.runs.get(n) ?? 0) > 1) this.fault(`message ${n} ran twice`);
    if (this.discarded.has(n)) this.fault(`message ${n} ran although it had been discarded`);
    for (const other of this.#running) {
      if (other.over || other.session !== run.session || other.room !== run.room) continue;
      if (this.clock.now() - other.began < HANDLER_TIMEOUT)
        this.fault(`message ${n} ran beside ${other.n}, in one room`);
    }
    // In a new session rooms are joined anew first, ahead of what was asked before.
    const before = this.#running.findLast(
      (other) => other.session === run.session && other.room === run.room && !other.join,
    );
    if (before !== undefined && !run.join && before.n > n) this.fault(`message ${n} ran behind ${before.n}`);
    this.#running.push(run);
    if (order.slow) await this.#wait();
    run.over = true;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #sessionEnded(session: Session, reason: string): Promise<void> {
    const awaySince = this.#awaySince.get(session.id) ?? Number.POSITIVE_INFINITY;
    if (reason === 'expired' && this.clock.now() - awaySince < TTL) this.fault(`${session.id} expired too early`);
    this.#tokens.delete(session.id);
    this.#over.add(session.id);
  }

  // ---- tokens ------------------------------------------------------------------------------------------------------

  #written(frame: RawFrame): void {
    if (frame['op'] !== 'welcome') return;
    const { id, token } = frame['session'] as { id: string; token: string };
    if (this.#over.has(id)) return; // it ended while its welcome was on its way to the socket
    const tokens = this.#tokens.get(id) ?? { id, presented: undefined, issued: undefined };
    tokens.issued = token;
    this.#tokens.set(id, tokens);
  }

  #watch({ sessions }: RoostNode): void {
    sessions.away$.subscribe(({ id }) => this.#awaySince.set(id, this.clock.now()));
    const resume = sessions.resume.bind(sessions);
    sessions.resume = (session, ...rest) => {
      this.#awaySince.delete(session.id);
      const resumed = resume(session, ...rest);
      for (const heard of this.onClaim) heard(session.id);
      return resumed;
    };
    if (!this.several) this.#watchTokens(sessions);
  }

  /** Compares what the engine makes of a token with rule 10. */
  #watchTokens(sessions: RoostNode['sessions']): void {
    const find = sessions.byToken.bind(sessions);
    sessions.byToken = (token) => {
      const found = find(token);
      const known = [...this.#tokens.values()].find(({ presented, issued }) => token === presented || token === issued);
      if (this.#doubtful.has(token)) return found;
      if (found?.id !== known?.id) this.fault(`a token resumes ${found?.id}, and should resume ${known?.id}`);
      if (known === undefined) return found;
      // Shown again, the older one gets another token issued; whether that was written yet cannot be seen.
      if (token === known.presented && known.issued !== undefined) this.#doubtful.add(known.issued);
      known.presented = token;
      known.issued = undefined;
      return found;
    };
  }
}

function count(counts: Map<string, number> | Map<number, number>, key: string | number): void {
  const map = counts as Map<string | number, number>;
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** A token that no server has issued. */
export function foreignToken(): string {
  return randomBytes(32).toString('base64url');
}
