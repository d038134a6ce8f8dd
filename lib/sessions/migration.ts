import { isUnavailable, type LeaveReason } from '../protocol/index.js';
import type { User } from '../rooms/member.js';
import { seatField, type ClaimedSession, type Cluster, type SessionState } from '../store/cluster.js';
import type { Clock } from '../time/clock.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import { Adoption } from './adoption.js';
import { chunks } from './chunks.js';
import { fieldsOf, readFields, type Written } from './fields.js';
import { Forwarding } from './forwarding.js';
import { NodeCalls } from './node-calls.js';
import { SessionRecord } from './record.js';
import { RemoteRuns } from './remote-runs.js';
import type { Session } from './session.js';
import { sessionOf } from './token.js';

/** How long a node has to give a session up before it is taken from it, in milliseconds. */
const HAND_OVER = 1_500;
/** How long a node waits for handlers of a session that it gives up, in milliseconds. */
const SETTLE = 1_000;
/** What an answer from another node may take beside its handler's time, in milliseconds. */
const LOOK_LATE = 10_000;
/** Attempts to take over a session that others want too. */
const ATTEMPTS = 5;

/** What nodes say to each other. */
type NodeMessage =
  | { readonly op: 'release'; readonly session: string }
  | { readonly op: 'released'; readonly session: string }
  | { readonly op: 'answered'; readonly session: string; readonly id: number; readonly text: string };

/** The sessions of this node, as migration needs them. */
export interface SessionsHere {
  get(id: string): Session | undefined;
  /** The session that a token resumes. */
  byToken(token: string): Session | undefined;
  all(): Session[];
  /**
   * Builds a session that is this node's now, in its rooms; nothing where it is at its end.
   *
   * @param away whether nobody has come back for it
   */
  restore(id: string, written: Written, state: ClaimedSession, away: boolean): Promise<Session | undefined>;
  /** Another node wants it: nobody is connected to it here any more, and what has not begun is thrown away. */
  fence(session: Session): void;
  /** Another node has it: it is no longer here, and does not leave its rooms for that. */
  drop(session: Session): void;
  /** A session has left a room here, and is on another node by now, which does not know. */
  expelled(session: Session, room: string, reason: LeaveReason): void;
  /** A session that is no longer here is not in that room any more. */
  outOf(session: Session, room: string): void;
  /** Nobody is connected to it, for so many milliseconds already. */
  away(session: Session, awayFor: number): void;
}

export interface MigrationParts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** Milliseconds that a session may be away. */
  readonly ttl: number;
  /** Milliseconds that a handler may run. */
  readonly handlerTimeout: number;
  readonly here: SessionsHere;
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * Moves sessions between nodes: to the one that a client comes back to, and away from nodes that have died.
 *
 * Whoever takes a session over asks its owner to give it up first, so that nothing of it is lost; where the owner does
 * not answer, it is taken. What makes that safe is the generation: of two that take it one succeeds, and an owner of
 * before can write no more.
 */
export class Migration {
  readonly #runs: RemoteRuns;
  readonly #calls: NodeCalls;
  readonly #forwarding: Forwarding;
  readonly #adoption: Adoption;
  /** Sessions that this node is giving up. */
  readonly #moving = new Map<string, Promise<void>>();
  /** The last of those who want to bring a session here: one at a time. */
  readonly #taking = new Map<string, Promise<unknown>>();
  /** Taken over, and being built. */
  readonly #restoring = new Map<string, Promise<unknown>>();
  /** Whether this node may have been taken for dead, and its sessions for what is left of it. */
  #lapsed = false;
  #rewriting: Promise<void> | undefined;
  #refresh: Timer | undefined;
  #closed = false;

  constructor(private readonly parts: MigrationParts) {
    const { cluster, clock, wheel, handlerTimeout, onError } = parts;
    const patience = handlerTimeout + LOOK_LATE;
    this.#runs = new RemoteRuns(cluster, clock, wheel, patience, onError);
    this.#calls = new NodeCalls(wheel);
    this.#forwarding = new Forwarding(
      cluster,
      clock,
      wheel,
      patience,
      (node, session, id, text) => this.#tell(node, { op: 'answered', session, id, text }),
      onError,
    );
    this.#adoption = new Adoption({
      cluster,
      clock,
      wheel,
      isHere: (id) => parts.here.get(id) !== undefined,
      inTurn: (id, take) => this.#inTurn(id, take),
      take: (id, claimed) => this.#take(id, claimed, true),
      onError,
    });
  }

  async start(): Promise<void> {
    await this.parts.cluster.start({
      heard: (from, text) => this.#heard(from, JSON.parse(text) as NodeMessage),
      lapsed: () => {
        this.#lapsed = true;
        this.#rewrite();
      },
      lost: () => this.#rewrite(),
    });
    this.#adoption.start();
    this.#refreshLater();
  }

  /** A record for a session. */
  record(
    session: Session,
    generation = 1,
    fields: ReadonlyMap<string, string> = new Map(),
    away = false,
  ): SessionRecord {
    const { cluster, wheel, onError } = this.parts;
    return new SessionRecord(
      session.id,
      generation,
      {
        cluster,
        wheel,
        ttl: this.#recordTtl,
        fields: () => fieldsOf(session, cluster.node, this.#runs.of(session)),
        answers: session.parts.answers.kept,
        away: () => session.connection === undefined && session.claimant === undefined,
        writesAnew: () => !this.#lapsed,
        onFenced: (gone) => this.#fenced(session, gone),
        onError: (error) => onError(error, 'session'),
      },
      fields,
      away,
    );
  }

  /** Whose session a token resumes; nothing where it resumes none. */
  async look(token: string): Promise<{ readonly user: User | undefined } | undefined> {
    const found = await this.#look(token);
    return found && { user: found.written.user };
  }

  /** Brings the session that a token resumes to this node. */
  fetch(token: string): Promise<Session | undefined> {
    return this.#inTurn(sessionOf(token), () => this.#fetch(token));
  }

  async #fetch(token: string): Promise<Session | undefined> {
    const { cluster, here } = this.parts;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const known = here.byToken(token);
      if (known !== undefined) return known;
      const found = await this.#look(token);
      if (found === undefined) return undefined;
      const { id, state } = found;
      const own = here.get(id);
      // What was written last may be behind what is so here.
      if (own !== undefined && state.node === cluster.node && state.generation === own.generation) return own;
      if (state.node === cluster.node) await this.#moving.get(id);
      else if (await cluster.alive(state.node)) await this.#askToRelease(state.node, id);
      const claimed = await cluster.claim(id, state.generation, false);
      if (claimed !== undefined) return this.#take(id, claimed, false);
    }
    return undefined;
  }

  /** The session is over, or no longer here. */
  forget(session: Session): void {
    this.#runs.forget(session);
  }

  /** Another node has the session. */
  disown(session: Session): void {
    // It is found out later where the store cannot be told now.
    this.parts.cluster.disown(session.id, this.parts.cluster.node).catch(() => undefined);
  }

  /** Writes everything down, and leaves the sessions to the other nodes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#adoption.close();
    this.#refresh?.cancel();
    this.#calls.close();
    const { cluster, here, onError } = this.parts;
    for (const some of chunks(here.all())) {
      await Promise.all(
        some.map(async ({ record }) => record?.save().catch((error: unknown) => onError(error, 'session'))),
      );
    }
    await cluster.leave().catch((error: unknown) => onError(error, 'leaving the cluster'));
  }

  /** A record outlives the time that its session may be away, and what it takes to see that a node has died. */
  get #recordTtl(): number {
    return this.parts.ttl * 2 + 60_000;
  }

  async #look(token: string): Promise<{ id: string; state: SessionState; written: Written } | undefined> {
    const id = sessionOf(token);
    const state = await this.parts.cluster.look(id);
    if (state === undefined) return undefined;
    const written = readFields(state);
    const resumes = !written.plain && written.ended === undefined && written.tokens.has(token);
    return resumes ? { id, state, written } : undefined;
  }

  /** One after another: of two that bring the same session here, the second finds it. */
  async #inTurn<T>(id: string, take: () => Promise<T>): Promise<T> {
    const before = this.#taking.get(id) ?? Promise.resolve();
    const mine = before.then(take, take);
    this.#taking.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#taking.get(id) === mine) this.#taking.delete(id);
    }
  }

  async #take(id: string, state: ClaimedSession, away: boolean): Promise<Session | undefined> {
    const written = readFields(state);
    let session: Session | undefined;
    const restored = this.parts.here.restore(id, written, state, away);
    this.#restoring.set(id, restored);
    try {
      session = await restored;
    } catch (error) {
      this.#adoption.strand(id);
      throw error;
    } finally {
      this.#restoring.delete(id);
    }
    this.#adoption.recover(id);
    if (session === undefined) return undefined;
    for (const [request, { node, lane }] of written.running) this.#runs.add(session, request, node, lane);
    // What ran on a node that has died is not waited for.
    await this.#runs.look(session).catch(() => undefined);
    if (away) this.parts.here.away(session, state.awayFor);
    return session;
  }

  // ---- between nodes -----------------------------------------------------------------------------------------------

  #heard(from: string, message: NodeMessage): void {
    const { here, onError } = this.parts;
    const { session: id } = message;
    if (message.op === 'released') this.#calls.answer(id);
    else if (message.op === 'answered') {
      const session = here.get(id);
      if (session !== undefined) this.#runs.settle(session, message.id, message.text);
    } else {
      this.#release(id)
        .then(() => this.#tell(from, { op: 'released', session: id }))
        .catch((error: unknown) => {
          // Where it is not told, it is taken.
          if (!isUnavailable(error)) onError(error, 'handing a session over');
        });
    }
  }

  async #release(id: string): Promise<void> {
    // One that has just come here goes on from here.
    await this.#restoring.get(id)?.catch(() => undefined);
    const session = this.parts.here.get(id);
    if (session !== undefined) {
      const moved = this.#handOver(session).finally(() => this.#moving.delete(id));
      this.#moving.set(id, moved);
    }
    await this.#moving.get(id);
  }

  /** Gives a session up: what runs may come to its end for a moment, and everything is written. */
  async #handOver(session: Session): Promise<void> {
    const { here, wheel } = this.parts;
    here.fence(session);
    const late = new Promise<void>((resolve) => wheel.after(SETTLE, () => resolve()));
    await Promise.race([session.idle(), late]);
    // From here on each answer goes its own way.
    session.handedOver = (request, text) => this.#forwarding.answered(session, request, text);
    const { rooms } = session;
    const written = await session.record?.finish();
    here.drop(session);
    if (written === false) this.#seekElsewhere(session, rooms);
  }

  /** Another node has taken the session, or has ended it, without a word. */
  #fenced(session: Session, gone: readonly string[]): void {
    const { here } = this.parts;
    const { rooms } = session;
    // What it has left here it may still be in there.
    for (const [room, reason] of session.departed)
      if (gone.includes(seatField(room))) here.expelled(session, room, reason);
    session.handedOver ??= (request, text) => this.#forwarding.answered(session, request, text);
    here.drop(session);
    this.#seekElsewhere(session, rooms);
  }

  /** What could not be written any more of a session that another node has is told to that one. @param rooms that it was in */
  #seekElsewhere(session: Session, rooms: readonly string[]): void {
    this.#forwarding.unwritten(session, (state) => {
      // Of rooms that it came into here too late nobody knows there.
      for (const room of rooms) if (state?.fields.has(seatField(room)) !== true) this.parts.here.outOf(session, room);
    });
  }

  async #askToRelease(node: string, session: string): Promise<void> {
    await this.#calls.answered(session, HAND_OVER, () => this.#tell(node, { op: 'release', session }));
  }

  #tell(node: string, message: NodeMessage): Promise<void> {
    return this.parts.cluster.tell(node, JSON.stringify(message));
  }

  // ---- what is written ---------------------------------------------------------------------------------------------

  /** Records of sessions that nothing happens in are kept. */
  #refreshLater(): void {
    const { wheel, ttl } = this.parts;
    this.#refresh = wheel.after(ttl / 2 + 1_000, () => {
      this.#rewrite();
      this.#refreshLater();
    });
  }

  /** Writes all records anew; of a session that another node has that fails, and tells this one. */
  #rewrite(): void {
    this.#rewriting = (this.#rewriting ?? Promise.resolve()).then(async () => {
      const lapsed = this.#lapsed;
      for (const some of chunks(this.parts.here.all())) {
        if (this.#closed) return;
        await Promise.all(some.map(async ({ record }) => record?.rewrite()));
      }
      if (lapsed) this.#lapsed = false;
    });
  }
}
