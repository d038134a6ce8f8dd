import type { Position } from 'nestjs-roost';
import type { RawFrame } from '../support/raw-client.js';
import { Ledger, type Sent } from './ledger.js';
import { RoomView } from './room-view.js';
import { ANSWERS, REPLAY, type Order, type World } from './world.js';

interface Owner {
  session(): string;
  startedAt(): number;
  fault(what: string): void;
  ask(frame: RawFrame): void;
}

type Joined = RawFrame & { readonly id: number; readonly room: string; readonly recovered?: boolean } & Position;

/** The rooms a session is in, as its client knows, and the answers to what it asked. */
export class Membership {
  readonly ledger: Ledger;
  readonly rooms = new Map<string, RoomView>();
  /** Rooms it was in whose `left` has not come. */
  readonly leaving = new Map<string, Position>();

  constructor(
    private readonly world: World,
    private readonly owner: Owner,
  ) {
    this.ledger = new Ledger((what) => owner.fault(what));
  }

  /** Where it is in each room. @param joined without those whose `left` is yet to come */
  positions(joined = false): Map<string, Position> {
    const rooms = Array.from(this.rooms, ([room, { position }]) => [room, position] as const);
    return new Map([...(joined ? [] : this.leaving), ...rooms]);
  }

  take(frame: RawFrame, text: string): void {
    const { id, room } = frame as { id?: number; room?: string };
    if (frame['op'] === 'joined') this.#joined(frame as Joined, text);
    else if (frame['op'] === 'left') this.#left(frame, text);
    else if (id !== undefined) this.#answered(id, frame, text);
    else if (frame['op'] === 'error') return;
    else if (room === undefined) this.owner.fault(`unknown: ${text}`);
    else if (!this.rooms.has(room)) this.owner.fault(`not in this room: ${text}`);
    else this.rooms.get(room)?.take(frame, text);
  }

  /** @param rooms as `welcome` tells them, `named` as `connect` told them */
  resume(rooms: Record<string, Position & { recovered: boolean }>, named: ReadonlyMap<string, Position>): void {
    for (const [room, { epoch, offset, recovered }] of Object.entries(rooms)) {
      const from = named.get(room);
      if (from !== undefined) this.#checkResumed(room, from, { epoch, offset }, recovered);
      const view = this.#enter(room, { epoch, offset });
      // Of one join it must be that one's `joined` which comes again.
      const single = this.ledger.joinsOf(room).length === 1 && !this.ledger.abandoned;
      if (from === undefined && recovered && single) view.enteredAt = { epoch, offset };
    }
    for (const [room, position] of named) {
      if (room in rooms) continue;
      this.rooms.delete(room);
      this.leaving.set(room, position);
    }
  }

  #checkResumed(room: string, from: Position, to: Position, recovered: boolean): void {
    if (recovered) {
      const same = from.epoch === to.epoch && from.offset === to.offset;
      if (!same) this.owner.fault(`${room} resumed at ${to.offset}, not at ${from.offset}`);
      return;
    }
    const { truth } = this.world;
    const bounded = truth.top(room, from.epoch) - from.offset <= REPLAY;
    if (bounded && truth.keeps(room, from)) {
      this.owner.fault(`${room} not recovered, though everything behind ${from.offset} is kept`);
    }
  }

  #enter(room: string, position: Position): RoomView {
    const { owner } = this;
    const view = new RoomView(room, owner, this.world, position, owner.startedAt());
    // A resume says nothing about which join it was.
    view.joinedBy = this.rooms.get(room)?.joinedBy ?? 0;
    this.rooms.set(room, view);
    this.leaving.delete(room);
    return view;
  }

  #joined(frame: Joined, text: string): void {
    const { id, room } = frame;
    const { sent, repeated } = this.ledger.settle(id, text);
    // An answer of before says nothing about a membership of now.
    if (repeated) return;
    const view = this.rooms.get(room);
    if (view === undefined) this.#joinedAnew(frame, sent, text);
    else this.#joinedAgain(view, frame, sent, text);
  }

  #joinedAnew(frame: Joined, sent: Sent | undefined, text: string): void {
    const { id, room, epoch, offset, recovered } = frame;
    const order = sent?.frame['data'] as Order | undefined;
    const since = sent?.frame['since'] as Position | undefined;
    if (since === undefined && order !== undefined && sent?.again === false && !this.world.several) {
      const late = this.world.truth.askedAt(room, { epoch, offset }) > (this.world.askedAtJoin.get(order.n) ?? 0);
      if (late) this.owner.fault(`joined ${room} behind what came meanwhile: ${text}`);
    } else if (since !== undefined && recovered === true) {
      const same = since.epoch === epoch && since.offset === offset;
      if (!same) this.owner.fault(`joined ${room}, not since ${since.offset}: ${text}`);
    }
    if (order !== undefined && this.world.calledOff.has(order.n)) this.owner.fault(`had been taken out: ${text}`);
    const view = this.#enter(room, { epoch, offset });
    view.joinedBy = id;
    view.presenceState(frame['presence'] as RawFrame | undefined);
  }

  #joinedAgain(view: RoomView, frame: Joined, sent: Sent | undefined, text: string): void {
    const { id, room, epoch, offset } = frame;
    const here = view.position;
    view.joinedBy = Math.max(view.joinedBy, id);
    if (view.rejoining) {
      // Whether the answers are those of before or new ones: what came on this connection stays behind it.
      view.rejoining = false;
      if (epoch !== here.epoch || offset > here.offset) view.position = { epoch, offset };
      else view.heardUpTo = here.offset; // a new answer to a join from further back: what is behind that comes again
      this.owner.ask({ op: 'presence', room });
      return;
    }
    if (sent?.again === false) {
      const same = epoch === here.epoch && offset === here.offset;
      if (!same) this.owner.fault(`joined ${room} again, not where it was, ${here.offset}: ${text}`);
      view.presenceState(frame['presence'] as RawFrame | undefined);
      return;
    }
    // One that comes again tells what was then; what is now came with the welcome.
    const { enteredAt } = view;
    view.enteredAt = undefined;
    const first = sent !== undefined && sent.frame['since'] === undefined;
    if (first && enteredAt !== undefined && offset !== enteredAt.offset) {
      this.owner.fault(`${room} was resumed at ${enteredAt.offset}, and had been joined: ${text}`);
    }
  }

  #left(frame: RawFrame, text: string): void {
    const { id, room, reason } = frame as { id?: number; room: string; reason: string };
    if (id === undefined) {
      const known = this.world.reasons.has(`${this.owner.session()} ${room} ${reason}`);
      if (!known) this.owner.fault(`it never left for this reason: ${text}`);
    } else {
      const { repeated } = this.ledger.settle(id, text);
      const view = this.rooms.get(room);
      // An answer of before says nothing about a membership of now, nor one to a request before the join that made it.
      if (repeated || (view !== undefined && id < view.joinedBy)) return;
      if (view !== undefined && this.ledger.joinsAgain(room, id)) {
        view.rejoining = true;
        return;
      }
    }
    this.rooms.delete(room);
    this.leaving.delete(room);
  }

  #answered(id: number, frame: RawFrame, text: string): void {
    const { sent } = this.ledger.settle(id, text);
    const room = sent?.frame['room'] as string;
    const view = this.rooms.get(room);
    // It had been left, and is not joined again.
    if (view?.rejoining === true && !this.ledger.joinsAgain(room, id)) this.rooms.delete(room);
    if (sent?.frame['op'] === 'presence' && frame['op'] === 'ack') view?.presenceState(frame['data'] as RawFrame);
    if (sent?.frame['event'] === 'say') this.#said(sent, frame, text);
  }

  #said(sent: Sent, frame: RawFrame, text: string): void {
    const { n, publish } = sent.frame['data'] as Order;
    const runs = this.world.runs.get(n) ?? 0;
    if (frame['op'] === 'ack') {
      const data = frame['data'] as { n: number; offset?: number };
      if (data.n !== n || runs !== 1) this.owner.fault(`message ${n} ran ${runs} times, answered ${text}`);
      if (publish === true && (frame['offset'] !== data.offset || data.offset === undefined)) {
        this.owner.fault(`published at? ${text}`);
      }
    } else if (frame['code'] === 'DUPLICATE_ID') {
      if (!sent.again || this.ledger.lastId <= ANSWERS) this.owner.fault(`its answer should be kept: ${text}`);
    } else if (frame['code'] === 'NOT_JOINED') {
      if (runs !== 0) this.owner.fault(`message ${n} ran, and was refused: ${text}`);
    } else if (frame['code'] !== 'OUTCOME_UNKNOWN' || runs !== 1) {
      this.owner.fault(`message ${n} ran ${runs} times: ${text}`);
    }
  }
}
