import type { Position } from 'nestjs-roost';
import type { Link } from '../support/link.js';
import type { RawFrame } from '../support/raw-client.js';
import { Membership } from './membership.js';
import type { Order, World } from './world.js';

export interface ConnectOptions {
  /** Which token it shows: the last it got, the one before that it showed last, or none. */
  readonly token: 'latest' | 'presented' | 'none';
  /** Whether it is a page that was loaded anew, and knows nothing of what it had asked. */
  readonly reload: boolean;
}

/** Codes after which a session is over. */
const ENDING = new Set([1000, 1009, 4400, 4403]);

/** A client that keeps to the protocol, and finds fault with a server that does not: its connections and its session. */
export class Client {
  link: Link | undefined;
  session: string | undefined;
  /** The last direct message it has seen. */
  seq = 0;
  membership = this.#newMembership();
  /** Older links that the server may still believe in. */
  readonly stale: Link[] = [];
  /** Links of sessions that it has given up. */
  readonly forgotten: Link[] = [];
  #opened = false;
  #token: string | undefined;
  #presented: string | undefined;
  #named = new Map<string, Position>();
  /** The step of the truth at which its connection began. */
  #startedAt = 0;
  /** Requests made while there is no session to make them in. */
  #offline: RawFrame[] = [];
  /** Messages the server has got from this session. */
  readonly #delivered = new Set<number>();

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {
    world.onClaim.push((session) => session === this.session && this.#claimed());
  }

  get opened(): boolean {
    return this.#opened;
  }

  // ---- the network -------------------------------------------------------------------------------------------------

  connect({ token, reload }: ConnectOptions): void {
    if (this.link !== undefined) this.orphan();
    if (reload) this.membership.ledger.abandon();
    const link = this.world.connect(this.name, (text) => this.#delivering(link, text));
    this.link = link;
    this.#startedAt = this.world.truth.step;
    const shown = token === 'latest' ? this.#token : token === 'presented' ? this.#presented : undefined;
    this.#named = this.membership.positions();
    if (shown !== undefined) this.#presented = shown;
    link.send({
      op: 'connect',
      ...(shown !== undefined && { session: shown, seq: this.seq, rooms: Object.fromEntries(this.#named) }),
    });
  }

  /** It is gone for the client; the server does not know. */
  orphan(): void {
    if (this.link === undefined) return;
    this.link.clientThere = false;
    this.stale.push(this.link);
    this.#lost();
  }

  /** Both lose it. Some of what was on its way has arrived, the rest has not. */
  cut(up: number, down: number): void {
    const { link } = this;
    if (link === undefined) return;
    link.deliver(up);
    this.read(down);
    if (this.link !== link) return;
    link.cut();
    this.#lost();
  }

  /** Says goodbye: its session is over. */
  goodbye(): void {
    const { link } = this;
    if (link === undefined) return;
    link.deliver();
    link.cut(1000);
    this.#lost();
    this.#forgetSession();
  }

  /** Reads what has arrived, `count` frames of it. */
  read(count = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < count; i++) {
      const arrival = this.link?.down.shift();
      if (arrival === undefined) return;
      if ('close' in arrival) {
        this.link?.server.gone(arrival.close);
        this.#lost();
        if (ENDING.has(arrival.close)) this.#forgetSession();
        return;
      }
      this.#take(arrival.frame, arrival.text);
    }
  }

  // ---- requests ----------------------------------------------------------------------------------------------------

  say(room: string, order: Order): void {
    this.request({ event: 'say', room, data: order });
  }

  join(room: string, order: Order, since?: Position): void {
    this.request({ op: 'join', room, data: order, ...(since !== undefined && { since }) });
  }

  leave(room: string): void {
    this.request({ op: 'leave', room });
  }

  /** Sends a request again that has been answered. */
  repeat(which: number): void {
    const frame = this.membership.ledger.answered(which);
    if (frame !== undefined && this.#opened) this.link?.send(frame);
  }

  acknowledge(): void {
    if (this.#opened) this.link?.send({ op: 'pong', seq: this.seq });
  }

  request(frame: RawFrame): void {
    if (this.#opened) this.link?.send(this.membership.ledger.enter(frame));
    else this.#offline.push(frame);
  }

  // ---- what comes --------------------------------------------------------------------------------------------------

  #take(frame: RawFrame, text: string): void {
    if (frame['op'] === 'welcome') this.#welcome(frame);
    else if (!this.#opened && frame['op'] !== 'reconnect') this.fault(`before welcome: ${text}`);
    else if (frame['seq'] !== undefined) this.#direct(frame, text);
    else if (frame['op'] !== 'reconnect') this.membership.take(frame, text);
  }

  #welcome(frame: RawFrame): void {
    const { id, token } = frame['session'] as { id: string; token: string };
    if (this.#opened) this.fault('a second welcome');
    this.#opened = true;
    if (frame['resumed'] === true) {
      if (id !== this.session) this.fault('resumed another session');
      this.#resumed(frame);
    } else {
      const rooms = this.membership.positions(true);
      this.#forgetSession();
      this.session = id;
      for (const [room, position] of rooms) this.join(room, { n: this.world.number() }, position);
    }
    this.#token = token;
    for (const waiting of this.#offline.splice(0)) this.request(waiting);
  }

  #resumed(frame: RawFrame): void {
    const { ledger } = this.membership;
    ledger.lastId = Math.max(ledger.lastId, frame['lastId'] as number);
    this.membership.resume(frame['rooms'] as Record<string, Position & { recovered: boolean }>, this.#named);
    const direct = frame['direct'] as { seq: number; recovered: boolean };
    if (!direct.recovered || direct.seq !== this.seq) this.fault(`direct messages at ${direct.seq}, not ${this.seq}`);
    for (const again of ledger.again()) this.link?.send(again);
  }

  #direct(frame: RawFrame, text: string): void {
    const sent = this.world.directs.get(this.session as string) ?? [];
    if (frame['seq'] !== this.seq + 1) this.fault(`direct message behind ${this.seq}: ${text}`);
    this.seq = frame['seq'] as number;
    if (sent[this.seq - 1] !== frame['data']) this.fault(`direct message of nobody: ${text}`);
  }

  // ---- its state ---------------------------------------------------------------------------------------------------

  /** Frames of a link come to the server: those of an older one count for nothing, once the session is taken over. */
  #delivering(link: Link, text: string): void {
    const { event, data } = JSON.parse(text) as { event?: string; data?: Order };
    if (event !== 'say' || data === undefined || this.forgotten.includes(link)) return;
    if (link === this.link) {
      this.#delivered.add(data.n);
      this.world.discarded.delete(data.n);
    } else if (link.closedByServer && !this.#delivered.has(data.n) && !this.world.several) {
      this.world.discarded.add(data.n);
    } else {
      this.#delivered.add(data.n);
    }
  }

  /** A newer connection has got the session: what had not begun is not going to, unless it is sent again. */
  #claimed(): void {
    // Of several nodes the one before may have begun with it, and is waited for.
    if (this.world.several) return;
    for (const n of this.#delivered) if (!this.world.runs.has(n)) this.world.discarded.add(n);
    this.#delivered.clear();
  }

  #lost(): void {
    this.link = undefined;
    this.#opened = false;
  }

  #forgetSession(): void {
    this.forgotten.push(...this.stale.splice(0));
    this.session = undefined;
    this.#token = undefined;
    this.#presented = undefined;
    this.seq = 0;
    this.membership = this.#newMembership();
    this.#delivered.clear();
  }

  #newMembership(): Membership {
    return new Membership(this.world, {
      session: () => this.session ?? '',
      startedAt: () => this.#startedAt,
      fault: (what) => this.fault(what),
      ask: (frame) => this.request(frame),
    });
  }

  fault(what: string): void {
    this.world.fault(`${this.name}: ${what}`);
  }
}
