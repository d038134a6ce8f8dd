import { MemoryStore, type Position, type Store } from 'nestjs-roost';

type Listener = Parameters<Store['subscribe']>[2];
type Retention = Parameters<Store['subscribe']>[1];

interface Seat {
  readonly listener: Listener;
  readonly retention: Retention;
  close: () => void;
}

/**
 * The in-memory store with the moods of a store far away: its logs can be lost and start anew, its deliveries can lag
 * behind what it holds, and it can be out of reach.
 */
export class WildStore implements Store {
  readonly #inner: MemoryStore;
  /** How often each room's log has started anew. */
  readonly #lives = new Map<string, number>();
  readonly #seats = new Map<string, Set<Seat>>();
  readonly #late: (() => void)[] = [];
  #lagging = false;
  #fault: Error | undefined;

  constructor(date?: () => number) {
    this.#inner = new MemoryStore(date === undefined ? {} : { date });
  }

  /** The room's log is lost: a new one begins, and listeners are told. */
  async cut(room: string): Promise<Position> {
    this.#lives.set(room, (this.#lives.get(room) ?? 0) + 1);
    let position: Position | undefined;
    for (const seat of this.#seats.get(room) ?? []) {
      seat.close();
      position = await this.#sit(room, seat);
      seat.listener.cut(position);
    }
    if (position !== undefined) return position;
    const { epoch, top } = await this.#inner.span(this.#name(room));
    return { epoch, offset: top };
  }

  /** From now on listeners hear of what is published only when {@link catchUp} is called. */
  lag(): void {
    this.#lagging = true;
  }

  catchUp(): void {
    this.#lagging = false;
    for (const deliver of this.#late.splice(0)) deliver();
  }

  /** Every question is answered with this error, until it is called without one. */
  fail(error?: Error): void {
    this.#fault = error;
  }

  get bans() {
    return this.#inner.bans;
  }

  append: Store['append'] = async (room, draft, retention) => {
    this.#check();
    return this.#inner.append(this.#name(room), draft, retention);
  };

  publish: Store['publish'] = async (room, message) => {
    this.#check();
    return this.#inner.publish(this.#name(room), message);
  };

  retract: Store['retract'] = async (room, target, ts, retention) => {
    this.#check();
    return this.#inner.retract(this.#name(room), target, ts, retention);
  };

  read: Store['read'] = async (room, query) => {
    this.#check();
    return this.#inner.read(this.#name(room), query);
  };

  span: Store['span'] = async (room) => {
    this.#check();
    return this.#inner.span(this.#name(room));
  };

  elect: Store['elect'] = (task, onChange) => this.#inner.elect(task, onChange);

  subscribe: Store['subscribe'] = async (room, retention, listener) => {
    this.#check();
    const seat: Seat = { listener, retention, close: () => {} };
    const position = await this.#sit(room, seat);
    const seats = this.#seats.get(room) ?? new Set();
    this.#seats.set(room, seats.add(seat));
    return {
      position,
      close: () => {
        seats.delete(seat);
        seat.close();
      },
    };
  };

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #sit(room: string, seat: Seat): Promise<Position> {
    const { listener } = seat;
    const subscription = await this.#inner.subscribe(this.#name(room), seat.retention, {
      entry: (entry) => this.#deliver(() => listener.entry(entry)),
      ephemeral: (message) => this.#deliver(() => listener.ephemeral(message)),
      cut: (position) => listener.cut(position),
    });
    seat.close = () => subscription.close();
    return subscription.position;
  }

  #deliver(tell: () => void): void {
    if (this.#lagging) this.#late.push(tell);
    else tell();
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  #name(room: string): string {
    return `${this.#lives.get(room) ?? 0}/${room}`;
  }
}
