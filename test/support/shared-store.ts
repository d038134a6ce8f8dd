import { randomBytes } from 'node:crypto';
import { MemoryStore, RoostException } from 'nestjs-roost';
import {
  ENDED_FIELD,
  expelledField,
  isAnswer,
  seatField,
  type ClaimedSession,
  type Cluster,
  type ClusterEvents,
  type RosterChange,
  type RosterEntry,
  type Saved,
  type SessionChanges,
  type SessionState,
} from '../../lib/store/cluster.js';
import type { Election, LogListener, Store, Subscription } from '../../lib/store/store.js';

interface Kept {
  generation: number;
  node: string;
  fields: Map<string, string>;
  /** Since when nobody is connected. */
  away: number | undefined;
  /** It has ended, and its owners of before may not know. */
  over: boolean;
}

interface Roster {
  rev: number;
  readonly members: Map<string, RosterEntry>;
}

interface Candidate {
  readonly node: string;
  readonly onChange: (elected: boolean) => void;
}

/** A store that several nodes of one process share: what Redis is to many processes, without the network. */
export class SharedStore {
  readonly log: MemoryStore;
  readonly sessions = new Map<string, Kept>();
  readonly rosters = new Map<string, Roster>();
  readonly listeners = new Map<string, Set<LogListener>>();
  readonly nodes = new Map<string, ClusterEvents>();
  readonly candidates = new Map<string, Candidate[]>();
  /** Nodes that nothing reaches any more, though they do not know. */
  readonly dead = new Set<string>();
  /** Nodes, each with a word: nothing that has it in it is told to them. */
  readonly muted = new Map<string, string>();
  /** Views that are not closed. */
  #open = 0;
  readonly #buried = new Map<string, ClusterEvents>();
  /** How often each operation was asked for. */
  readonly counts = new Map<string, number>();

  constructor(private readonly options: { readonly date?: () => number } = {}) {
    this.log = new MemoryStore(options);
  }

  date(): number {
    return this.options.date?.() ?? Date.now();
  }

  /** A node's view of it. */
  node(): Store & { readonly cluster: SharedCluster } {
    const { log, listeners } = this;
    this.#open++;
    const cluster = new SharedCluster(this);
    return {
      cluster,
      bans: log.bans,
      append: (...args) => cluster.reached('append').then(() => log.append(...args)),
      publish: (...args) => cluster.reached('publish').then(() => log.publish(...args)),
      retract: (...args) => cluster.reached('retract').then(() => log.retract(...args)),
      read: (...args) => cluster.reached('read').then(() => log.read(...args)),
      span: (...args) => cluster.reached('span').then(() => log.span(...args)),
      elect: (task, onChange) => cluster.reached('elect').then(() => this.#elect(cluster.node, task, onChange)),
      close: async () => {
        if (--this.#open === 0) await log.close();
      },
      subscribe: async (room, retention, listener): Promise<Subscription> => {
        await cluster.reached('subscribe');
        const hears = (text: string): boolean => !this.dead.has(cluster.node) && this.hears(cluster.node, text);
        const guarded = guard(listener, hears);
        const { position, close } = await log.subscribe(room, retention, guarded);
        // A room's log outlives its last subscriber for a while, as one goes on on another node.
        if (!listeners.has(room)) await log.subscribe(room, retention, NOBODY);
        const heard = listeners.get(room) ?? new Set();
        listeners.set(room, heard.add(guarded));
        return {
          position,
          close: () => {
            heard.delete(guarded);
            close();
          },
        };
      },
    };
  }

  hears(node: string, text: string): boolean {
    const word = this.muted.get(node);
    return word === undefined || !text.includes(word);
  }

  /** A node dies without a word. */
  kill(node: string): void {
    this.dead.add(node);
    const events = this.nodes.get(node);
    if (events !== undefined) this.#buried.set(node, events);
    this.nodes.delete(node);
    for (const [task, candidates] of this.candidates) {
      this.#withdraw(
        task,
        candidates.filter((one) => one.node === node),
      );
    }
  }

  /** Everything that is written is lost, and nobody has died. */
  lose(): void {
    for (const written of [this.sessions, this.rosters]) written.clear();
    for (const events of this.nodes.values()) events.lost();
  }

  #elect(node: string, task: string, onChange: (elected: boolean) => void): Election {
    const candidate: Candidate = { node, onChange };
    const candidates = this.candidates.get(task) ?? [];
    this.candidates.set(task, candidates);
    candidates.push(candidate);
    onChange(candidates[0] === candidate);
    return {
      get holds() {
        return candidates[0] === candidate;
      },
      close: () => this.#withdraw(task, [candidate]),
    };
  }

  #withdraw(task: string, gone: readonly Candidate[]): void {
    const candidates = this.candidates.get(task) ?? [];
    const [before] = candidates;
    candidates.splice(0, candidates.length, ...candidates.filter((one) => !gone.includes(one)));
    if (candidates[0] !== before) candidates[0]?.onChange(true);
  }

  /** It was only thought to be dead. */
  revive(node: string): void {
    this.dead.delete(node);
    const events = this.#buried.get(node);
    if (events === undefined) return;
    this.nodes.set(node, events);
    events.lapsed();
  }
}

const NOBODY: LogListener = { entry: () => {}, ephemeral: () => {}, cut: () => {} };

/** Hears nothing once its node is dead. */
function guard(listener: LogListener, hears: (text: string) => boolean): LogListener {
  return {
    entry: (entry) => hears('') && listener.entry(entry),
    ephemeral: (message) => hears('') && listener.ephemeral(message),
    cut: (position) => hears('') && listener.cut(position),
    roster: (change) => hears('') && listener.roster?.(change),
    signal: (text) => hears(text) && listener.signal?.(text),
  };
}

class SharedCluster implements Cluster {
  readonly node = randomBytes(6).toString('base64url');

  constructor(private readonly shared: SharedStore) {}

  /** Takes a turn of the event loop, as a network does. For a dead node there is none. */
  async reached(operation: string): Promise<void> {
    const { counts, dead } = this.shared;
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    await new Promise((resolve) => setImmediate(resolve));
    if (dead.has(this.node)) throw new RoostException('UNAVAILABLE', 'the node is dead');
  }

  async start(events: ClusterEvents): Promise<void> {
    this.shared.nodes.set(this.node, events);
  }

  async leave(): Promise<void> {
    this.shared.nodes.delete(this.node);
  }

  async tell(node: string, text: string): Promise<void> {
    await this.reached('tell');
    if (this.shared.hears(node, text)) this.shared.nodes.get(node)?.heard(this.node, text);
  }

  async alive(node: string): Promise<boolean> {
    await this.reached('alive');
    return this.shared.nodes.has(node);
  }

  async create(id: string, fields: ReadonlyMap<string, string>): Promise<void> {
    await this.reached('create');
    const { node } = this;
    this.shared.sessions.set(id, { generation: 1, node, fields: new Map(fields), away: undefined, over: false });
  }

  async look(id: string): Promise<SessionState | undefined> {
    await this.reached('look');
    const kept = this.shared.sessions.get(id);
    return kept === undefined || kept.over ? undefined : copy(kept);
  }

  async claim(id: string, generation: number, away: boolean): Promise<ClaimedSession | undefined> {
    await this.reached('claim');
    const kept = this.shared.sessions.get(id);
    if (kept === undefined || kept.over || kept.generation !== generation) return undefined;
    if (!away && kept.fields.has(ENDED_FIELD)) return undefined;
    kept.generation++;
    kept.node = this.node;
    const now = this.shared.date();
    kept.away = away ? (kept.away ?? now) : undefined;
    return { ...copy(kept), awayFor: now - (kept.away ?? now) };
  }

  async save(id: string, generation: number, changes: SessionChanges): Promise<Saved> {
    await this.reached('save');
    const { set, gone, whole, anew, away } = changes;
    let kept = this.shared.sessions.get(id);
    if (kept === undefined || kept.generation < generation) {
      if (!anew) return 'missing';
      kept = { generation, node: this.node, fields: new Map(), away: kept?.away, over: false };
      this.shared.sessions.set(id, kept);
    }
    if (kept.over || kept.generation > generation) return 'taken';
    const before = whole ? new Map(kept.fields) : new Map<string, string>();
    for (const name of before.keys()) if (!name.startsWith('x:') && name !== ENDED_FIELD) kept.fields.delete(name);
    for (const name of gone) kept.fields.delete(name);
    for (const [name, value] of set) {
      const known = before.get(name);
      const stays = known !== undefined && isAnswer(name, known) && !isAnswer(name, value);
      kept.fields.set(name, stays ? known : value);
    }
    kept.away = away ? (kept.away ?? this.shared.date()) : undefined;
    return 'saved';
  }

  async expire(id: string, generation: number, ttl: number, reason: string): Promise<'ended' | 'taken' | number> {
    await this.reached('expire');
    const kept = this.shared.sessions.get(id);
    if (kept === undefined || kept.generation < generation) return 'ended';
    if (kept.over || kept.generation > generation) return 'taken';
    if (kept.fields.has(ENDED_FIELD)) return 'ended';
    const now = this.shared.date();
    const left = (kept.away ??= now) + ttl - now;
    if (left > 0) return left;
    kept.fields.set(ENDED_FIELD, reason);
    return 'ended';
  }

  async replace(id: string, field: string, from: string, to: string): Promise<string | undefined> {
    await this.reached('replace');
    const kept = this.shared.sessions.get(id);
    if (kept?.fields.get(field) !== from) return undefined;
    kept.fields.set(field, to);
    return kept.node;
  }

  async mark(id: string, room: string, reason: string): Promise<string | undefined> {
    await this.reached('mark');
    const kept = this.shared.sessions.get(id);
    if (kept?.fields.has(seatField(room)) !== true) return undefined;
    kept.fields.set(expelledField(room), reason);
    return kept.node;
  }

  async remove(id: string, generation: number): Promise<void> {
    await this.reached('remove');
    const kept = this.shared.sessions.get(id);
    if (kept === undefined || kept.generation > generation) return;
    if (generation === 1) this.shared.sessions.delete(id);
    else this.shared.sessions.set(id, { ...kept, generation, fields: new Map(), over: true });
  }

  async orphans(): Promise<{ id: string; node: string }[]> {
    await this.reached('orphans');
    const { sessions, nodes } = this.shared;
    return [...sessions]
      .filter(([, { node, over }]) => !over && !nodes.has(node))
      .map(([id, { node }]) => ({ id, node }));
  }

  async disown(): Promise<void> {}

  async roster(room: string): Promise<Roster> {
    await this.reached('roster');
    const { rev, members } = this.shared.rosters.get(room) ?? { rev: 0, members: new Map<string, RosterEntry>() };
    return { rev, members: new Map(members) };
  }

  async enroll(room: string, id: string, generation: number, value: string | undefined): Promise<void> {
    await this.reached('enroll');
    let roster = this.shared.rosters.get(room);
    if (roster === undefined) this.shared.rosters.set(room, (roster = { rev: 0, members: new Map() }));
    const before = roster.members.get(id);
    if ((before?.generation ?? 0) > generation) return;
    if (before?.value === value && (value === undefined || before?.generation === generation)) return;
    const entry = value === undefined ? undefined : { generation, value };
    if (entry === undefined) roster.members.delete(id);
    else roster.members.set(id, entry);
    const change: RosterChange = { rev: ++roster.rev, id, entry };
    for (const listener of this.shared.listeners.get(room) ?? []) listener.roster?.(change);
  }

  async signal(room: string, text: string): Promise<void> {
    await this.reached('signal');
    for (const listener of this.shared.listeners.get(room) ?? []) listener.signal?.(text);
  }
}

function copy({ generation, node, fields }: Kept): SessionState {
  return { generation, node, fields: new Map(fields) };
}
