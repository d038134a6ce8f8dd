import { randomBytes } from 'node:crypto';
import { MemoryStore, RoostException } from 'nestjs-roost';
import type { Cluster, ClusterEvents, RosterChange, SessionState } from '../../lib/store/cluster.js';
import type { LogListener, Store, Subscription } from '../../lib/store/store.js';

interface Kept {
  generation: number;
  node: string;
  fields: Map<string, string>;
}

interface Roster {
  rev: number;
  readonly members: Map<string, string>;
}

/** A store that several nodes of one process share: what Redis is to many processes, without the network. */
export class SharedStore {
  readonly log: MemoryStore;
  readonly sessions = new Map<string, Kept>();
  readonly rosters = new Map<string, Roster>();
  readonly listeners = new Map<string, Set<LogListener>>();
  readonly nodes = new Map<string, ClusterEvents>();
  /** Nodes that nothing reaches any more, though they do not know. */
  readonly dead = new Set<string>();
  readonly #buried = new Map<string, ClusterEvents>();
  /** How often each operation was asked for. */
  readonly counts = new Map<string, number>();

  constructor(options: ConstructorParameters<typeof MemoryStore>[0] = {}) {
    this.log = new MemoryStore(options);
  }

  /** A node's view of it. */
  node(): Store & { readonly cluster: SharedCluster } {
    const { log, listeners } = this;
    const cluster = new SharedCluster(this);
    return {
      cluster,
      bans: log.bans,
      append: (...args) => cluster.reached('append').then(() => log.append(...args)),
      publish: (...args) => cluster.reached('publish').then(() => log.publish(...args)),
      retract: (...args) => cluster.reached('retract').then(() => log.retract(...args)),
      read: (...args) => cluster.reached('read').then(() => log.read(...args)),
      span: (...args) => cluster.reached('span').then(() => log.span(...args)),
      elect: (...args) => log.elect(...args),
      close: async () => {},
      subscribe: async (room, retention, listener): Promise<Subscription> => {
        await cluster.reached('subscribe');
        const guarded = guard(listener, () => !this.dead.has(cluster.node));
        const { position, close } = await log.subscribe(room, retention, guarded);
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

  /** A node dies without a word. */
  kill(node: string): void {
    this.dead.add(node);
    const events = this.nodes.get(node);
    if (events !== undefined) this.#buried.set(node, events);
    this.nodes.delete(node);
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

/** Hears nothing once its node is dead. */
function guard(listener: LogListener, lives: () => boolean): LogListener {
  return {
    entry: (entry) => lives() && listener.entry(entry),
    ephemeral: (message) => lives() && listener.ephemeral(message),
    cut: (position) => lives() && listener.cut(position),
    roster: (change) => lives() && listener.roster?.(change),
    signal: (text) => lives() && listener.signal?.(text),
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
    this.shared.nodes.get(node)?.heard(this.node, text);
  }

  async alive(node: string): Promise<boolean> {
    await this.reached('alive');
    return this.shared.nodes.has(node);
  }

  async create(id: string, fields: ReadonlyMap<string, string>): Promise<void> {
    await this.reached('create');
    this.shared.sessions.set(id, { generation: 1, node: this.node, fields: new Map(fields) });
  }

  async look(id: string): Promise<SessionState | undefined> {
    await this.reached('look');
    return copy(this.shared.sessions.get(id));
  }

  async claim(id: string, generation: number): Promise<SessionState | undefined> {
    await this.reached('claim');
    const kept = this.shared.sessions.get(id);
    if (kept?.generation !== generation) return undefined;
    kept.generation++;
    kept.node = this.node;
    return copy(kept);
  }

  async save(
    id: string,
    generation: number,
    set: ReadonlyMap<string, string>,
    gone: readonly string[],
    whole: boolean,
  ): Promise<boolean> {
    await this.reached('save');
    const kept = this.shared.sessions.get(id);
    if (kept?.generation !== generation) return false;
    if (whole) kept.fields.clear();
    for (const [name, value] of set) kept.fields.set(name, value);
    for (const name of gone) kept.fields.delete(name);
    return true;
  }

  async replace(id: string, field: string, from: string, to: string): Promise<string | undefined> {
    await this.reached('replace');
    const kept = this.shared.sessions.get(id);
    if (kept?.fields.get(field) !== from) return undefined;
    kept.fields.set(field, to);
    return kept.node;
  }

  async remove(id: string, generation: number): Promise<boolean> {
    await this.reached('remove');
    if (this.shared.sessions.get(id)?.generation !== generation) return false;
    return this.shared.sessions.delete(id);
  }

  async orphans(): Promise<{ id: string; node: string }[]> {
    await this.reached('orphans');
    const { sessions, nodes } = this.shared;
    return [...sessions].filter(([, { node }]) => !nodes.has(node)).map(([id, { node }]) => ({ id, node }));
  }

  async disown(): Promise<void> {}

  async roster(room: string): Promise<Roster> {
    await this.reached('roster');
    const { rev, members } = this.shared.rosters.get(room) ?? { rev: 0, members: new Map<string, string>() };
    return { rev, members: new Map(members) };
  }

  async enroll(room: string, id: string, value: string | undefined): Promise<void> {
    await this.reached('enroll');
    let roster = this.shared.rosters.get(room);
    if (roster === undefined) this.shared.rosters.set(room, (roster = { rev: 0, members: new Map() }));
    if (value === undefined) roster.members.delete(id);
    else roster.members.set(id, value);
    const change: RosterChange = { rev: ++roster.rev, id, value };
    for (const listener of this.shared.listeners.get(room) ?? []) listener.roster?.(change);
  }

  async signal(room: string, text: string): Promise<void> {
    await this.reached('signal');
    for (const listener of this.shared.listeners.get(room) ?? []) listener.signal?.(text);
  }
}

function copy(kept: Kept | undefined): SessionState | undefined {
  return kept && { ...kept, fields: new Map(kept.fields) };
}
