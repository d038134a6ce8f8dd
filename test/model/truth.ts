import type { Position } from 'nestjs-roost';
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

  record(room: string, position: Position, entry: Entry, retention: Retention, asked: number): void {
    this.step++;
    let epochs = this.#logs.get(room);
    if (epochs === undefined) this.#logs.set(room, (epochs = new Map()));
    let log = epochs.get(position.epoch);
    if (log === undefined) {
      log = { epoch: position.epoch, entries: [], asked: [], retention, retracted: new Map() };
      epochs.set(position.epoch, log);
    }
    if (position.offset !== log.entries.length + 1) {
      throw new Error(`${room}: offset ${position.offset} after ${log.entries.length}`);
    }
    log.entries.push(entry);
    log.asked.push(asked);
    log.retention = retention;
    if (entry.kind === 'retract') log.retracted.set(entry.target, this.step);
    this.#current.set(room, log);
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

  constructor(
    private readonly inner: Store,
    private readonly truth: Truth,
  ) {}

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
    return this.#later(await this.inner.subscribe(room, retention, listener));
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
