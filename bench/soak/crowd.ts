import { roomName } from '../servers/message.js';
import { ROOMS, ROOMS_EACH, VISITORS } from './sizes.js';
import { Visitor, type Tally } from './visitor.js';

/** Milliseconds between two looks at what is to happen. */
const TICK = 50;
/** How often things happen, per second, all visitors together. */
const RATES = { say: 40, typing: 40, join: 10, leave: 10, cut: 10, vanish: 2, goodbye: 2, pause: 0.5 };
/** Milliseconds until a visitor whose connection was lost is back. */
const BACK = { least: 100, most: 3_000 };
/** Milliseconds that a visitor does not read: long enough for its queue at the server to be full. */
const PAUSE = 30_000;
const TEXT = 'a few words, as people write them';

type Happening = keyof typeof RATES;

/** Visitors that come, talk, lose their connections, come back and go. */
export class Crowd {
  readonly tally: Tally = {
    deliveries: 0,
    ephemerals: 0,
    answers: 0,
    refusals: 0,
    resumed: 0,
    gaps: 0,
    faults: 0,
    closed: 0,
    slow: 0,
  };
  /** How often each has happened. */
  readonly happened: Record<Happening, number> = {
    say: 0,
    typing: 0,
    join: 0,
    leave: 0,
    cut: 0,
    vanish: 0,
    goodbye: 0,
    pause: 0,
  };
  readonly #visitors: Visitor[] = [];
  readonly #paused = new Set<Visitor>();
  readonly #owed = new Map<Happening, number>();
  #ticker: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {
    for (let place = 0; place < VISITORS; place++) this.#visitors.push(this.#newcomer());
  }

  start(): void {
    let last = performance.now();
    this.#ticker = setInterval(() => {
      const seconds = (performance.now() - last) / 1_000;
      last = performance.now();
      for (const [what, rate] of Object.entries(RATES) as [Happening, number][]) this.#happen(what, rate * seconds);
    }, TICK);
  }

  stop(): void {
    clearInterval(this.#ticker);
    for (const visitor of this.#visitors) visitor.leave(true);
  }

  #happen(what: Happening, times: number): void {
    let owed = (this.#owed.get(what) ?? 0) + times;
    for (; owed >= 1; owed--) this.#act(what, Math.floor(Math.random() * VISITORS));
    this.#owed.set(what, owed);
  }

  #act(what: Happening, place: number): void {
    const visitor = this.#visitors[place] as Visitor;
    if (!visitor.online || this.#paused.has(visitor)) return;
    this.happened[what]++;
    const room = any(visitor.rooms);
    if (what === 'say' && room !== undefined) visitor.ask({ event: 'say', room, data: TEXT });
    else if (what === 'typing' && room !== undefined) visitor.ask({ event: 'typing', room });
    else if (what === 'leave' && room !== undefined) visitor.ask({ op: 'leave', room });
    else if (what === 'join') visitor.ask({ op: 'join', room: anyRoom() });
    else if (what === 'cut') visitor.cut();
    else if (what === 'pause') this.#pause(visitor);
    else if (what === 'vanish' || what === 'goodbye') {
      visitor.leave(what === 'goodbye');
      this.#visitors[place] = this.#newcomer();
    }
  }

  #pause(visitor: Visitor): void {
    this.#paused.add(visitor);
    visitor.pause();
    setTimeout(() => {
      this.#paused.delete(visitor);
      visitor.read();
    }, PAUSE).unref();
  }

  #newcomer(): Visitor {
    const home = new Set<string>();
    while (home.size < ROOMS_EACH) home.add(anyRoom());
    const visitor = new Visitor(this.url, [...home], this.tally, () => {
      const wait = BACK.least + Math.random() * (BACK.most - BACK.least);
      setTimeout(() => visitor.connect(), wait).unref();
    });
    visitor.connect();
    return visitor;
  }
}

function anyRoom(): string {
  return roomName(Math.floor(Math.random() * ROOMS));
}

function any<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)];
}
