import type { Position } from 'nestjs-roost';
import type { Cluster } from '../../lib/store/cluster.js';
import type { Draft, Entry, Ephemeral, LogListener, ReadQuery, Retention, Store } from '../../lib/store/store.js';

interface Log {
  readonly epoch: string;
  readonly entries: Entry[];
  /** For each entry, which one of those asked for it was. */
  readonly asked: number[];
  retention: Retention;
  /** For each retracted offset, the step it was retracted at. */
  readonly retracted: Map<number, number>;
}

/** What really was in each room's log, written down beside the store; and what a store of that retention still keeps. */
export class Truth {
  /** Rises with everything that happens. */
  step = 0;
  /** Entries the app has asked for, also those not yet in the log. */
  asked = 0;
  readonly #logs = new Map<string, Map<string, Log>>();
  readonly #current = new Map<string, Log>();

  constructor(private readonly date: () => number) {}

  /** @param asked which one of those asked for it is; nothing where only a listener has heard of it so far */
  record(room: string, { epoch }: Position, entry: Entry, retention: Retention | undefined, asked?: number): void {
    this.step++;
    let epochs = this.#logs.get(room);
    if (epochs === undefined) this.#logs.set(room, (epochs = new Map()));
    let log = epochs.get(epoch);
    if (log === undefined) {
      const kept = retention ?? { size: 0, bytes: 0, ttl: 0 };
      log = { epoch, entries: [], asked: [], retention: kept, retracted: new Map() };
      epochs.set(epoch, log);
    }
    const { offset } = entry;
    const known = log.entries[offset - 1];
    if (asked !== undefined) log.asked[offset - 1] ??= asked;
    if (retention !== undefined) log.retention = retention;
    this.#current.set(room, log);
    if (known !== undefined) {
      if (JSON.stringify(known) !== JSON.stringify(entry)) throw new Error(`${room}: two entries at offset ${offset}`);
      return;
    }
    log.entries[offset - 1] = entry;
    if (entry.kind === 'retract') log.retracted.set(entry.target, this.step);
  }

  /** The top of an epoch; 0 where nothing was published in it. */
  top(room: string, epoch: string): number {
    return this.#logs.get(room)?.get(epoch)?.entries.length ?? 0;
  }

  /** Which one of those asked for an entry was; 0 for the position before the first. */
  askedAt(room: string, { epoch, offset }: Position): number {
    return this.#logs.get(room)?.get(epoch)?.asked[offset - 1] ?? 0;
  }

  entry(room: string, epoch: string, offset: number): Entry | undefined {
    return this.#logs.get(room)?.get(epoch)?.entries[offset - 1];
  }

  /** Whether the message was retracted at or before a step. */
  retractedBy(room: string, epoch: string, offset: number, step: number): boolean {
    const at = this.#logs.get(room)?.get(epoch)?.retracted.get(offset);
    return at !== undefined && at <= step;
  }

  isRetracted(room: string, epoch: string, offset: number): boolean {
    return this.#logs.get(room)?.get(epoch)?.retracted.has(offset) === true;
  }

  /** Whether everything behind a position of a log that is still in use is kept. */
  keeps(room: string, { epoch, offset }: Position): boolean {
    const log = this.#current.get(room);
    if (log === undefined || log.epoch !== epoch || offset > log.entries.length) return false;
    const { size, ttl } = log.retention;
    const now = this.date();
    return log.entries
      .slice(offset)
      .every((entry, index) => log.entries.length - (offset + index) <= size && now - entry.ts < ttl);
  }
}

/** Takes its time, and writes down what is published. */
export class SlowStore implements Store {
  /** Turns of the event loop that an answer takes. */
  delay = 0;
  readonly cluster: Cluster | undefined;
  /** Of the rooms that are subscribed to. */
  readonly #epochs = new Map<string, string>();

  constructor(
    private readonly inner: Store,
    private readonly truth: Truth,
  ) {
    this.cluster = inner.cluster;
  }

  async append(room: string, draft: Draft, retention: Retention): Promise<Position> {
    const asked = ++this.truth.asked;
    const position = await this.inner.append(room, draft, retention);
    this.truth.record(room, position, { kind: 'message', offset: position.offset, ...draft }, retention, asked);
    return this.#later(position);
  }

  publish(room: string, message: Ephemeral): Promise<void> {
    return this.inner.publish(room, message);
  }

  async retract(room: string, target: number, ts: number, retention: Retention): Promise<Position | undefined> {
    const asked = ++this.truth.asked;
    const position = await this.inner.retract(room, target, ts, retention);
    if (position !== undefined) {
      this.truth.record(room, position, { kind: 'retract', offset: position.offset, target, ts }, retention, asked);
    }
    return this.#later(position);
  }

  async read(room: string, query: ReadQuery) {
    return this.#later(await this.inner.read(room, query));
  }

  async span(room: string) {
    return this.#later(await this.inner.span(room));
  }

  async subscribe(room: string, retention: Retention, listener: LogListener) {
    const subscription = await this.inner.subscribe(room, retention, this.#overheard(room, listener));
    this.#epochs.set(room, subscription.position.epoch);
    return this.#later(subscription);
  }

  /** Another node's entries may be heard of before that one knows that they are in the log. */
  #overheard(room: string, listener: LogListener): LogListener {
    if (this.cluster === undefined) return listener;
    return {
      entry: (entry) => {
        const epoch = this.#epochs.get(room);
        const whole = entry.kind === 'retract' || entry.retracted !== true;
        if (epoch !== undefined && whole) this.truth.record(room, { epoch, offset: entry.offset }, entry, undefined);
        listener.entry(entry);
      },
      ephemeral: (message) => listener.ephemeral(message),
      cut: (position) => {
        this.#epochs.set(room, position.epoch);
        listener.cut(position);
      },
      roster: (change) => listener.roster?.(change),
      rosterAt: (rev) => listener.rosterAt?.(rev),
      signal: (text) => listener.signal?.(text),
    };
  }

  get bans() {
    return this.inner.bans;
  }

  elect: Store['elect'] = (task, onChange) => this.inner.elect(task, onChange);

  close(): Promise<void> {
    return this.inner.close();
  }

  async #later<T>(result: T): Promise<T> {
    for (let turn = this.delay; turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
    return result;
  }
}
