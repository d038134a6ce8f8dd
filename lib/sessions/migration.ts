import type { User } from '../rooms/member.js';
import type { Cluster, SessionState } from '../store/cluster.js';
import type { Clock } from '../time/clock.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import { answeredValue, fieldsOf, readFields, requestField, runningValue, type Written } from './fields.js';
import { SessionRecord } from './record.js';
import { RemoteRuns } from './remote-runs.js';
import type { Session } from './session.js';
import { hashToken, sessionOf } from './token.js';

/** How often sessions of nodes that have gone are looked for, in milliseconds. */
const SWEEP = 3_000;
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
  all(): Iterable<Session>;
  /** Builds a session that is this node's now, away, in its rooms. */
  restore(id: string, written: Written, generation: number, state: SessionState): Promise<Session>;
  /** Another node wants it: nobody is connected to it here any more, and what has not begun is thrown away. */
  fence(session: Session): void;
  /** Another node has it: it is no longer here, and does not leave its rooms for that. */
  drop(session: Session): void;
  /** Nobody is connected to it. */
  away(session: Session): void;
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
  readonly #releases = new Map<string, Set<() => void>>();
  /** Sessions that this node is giving up. */
  readonly #moving = new Map<string, Promise<void>>();
  #sweep: Timer | undefined;
  #refresh: Timer | undefined;
  #closed = false;

  constructor(private readonly parts: MigrationParts) {
    const { cluster, clock, wheel, handlerTimeout, onError } = parts;
    this.#runs = new RemoteRuns(cluster, clock, wheel, handlerTimeout + LOOK_LATE, onError);
  }

  async start(): Promise<void> {
    await this.parts.cluster.start({
      heard: (from, text) => this.#heard(from, JSON.parse(text) as NodeMessage),
      lapsed: () => this.#refreshAll(),
    });
    this.#sweepLater();
    this.#refreshLater();
  }

  /** A record for a session. */
  record(session: Session, generation = 1, state?: SessionState): SessionRecord {
    const { cluster, wheel, here, onError } = this.parts;
    return new SessionRecord(
      session.id,
      generation,
      {
        cluster,
        wheel,
        ttl: this.#recordTtl,
        fields: () => fieldsOf(session, cluster.node, this.#runs.of(session)),
        onFenced: () => here.drop(session),
        onError: (error) => onError(error, 'session'),
      },
      state?.fields,
    );
  }

  /** Whose session a token resumes; nothing where it resumes none. */
  async look(token: string): Promise<{ readonly user: User | undefined } | undefined> {
    const found = await this.#look(token);
    return found && { user: found.written.user };
  }

  /** Brings the session that a token resumes to this node. */
  async fetch(token: string): Promise<Session | undefined> {
    const { cluster, here } = this.parts;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.#look(token);
      if (found === undefined) return undefined;
      const { id, state } = found;
      if (state.node === cluster.node) {
        const session = here.get(id);
        if (session !== undefined) return session;
        await this.#moving.get(id);
      } else if (await cluster.alive(state.node)) await this.#askToRelease(state.node, id);
      const claimed = await cluster.claim(id, state.generation);
      if (claimed !== undefined) return this.#take(id, claimed);
    }
    return undefined;
  }

  /** An answer of a session that another node has by now. */
  #answered(session: Session, id: number, text: string): void {
    const { cluster, onError } = this.parts;
    const lane = session.parts.answers.running.get(id) ?? '';
    const passOn = async (): Promise<void> => {
      const from = runningValue(cluster.node, lane);
      const owner = await cluster.replace(session.id, requestField(id), from, answeredValue(text));
      if (owner !== undefined) await this.#tell(owner, { op: 'answered', session: session.id, id, text });
    };
    passOn().catch((error: unknown) => onError(error, 'answer for another node'));
  }

  /** The session is over, or no longer here. */
  forget(session: Session): void {
    this.#runs.forget(session);
  }

  /** Writes everything down, and leaves the sessions to the other nodes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sweep?.cancel();
    this.#refresh?.cancel();
    const { cluster, here, onError } = this.parts;
    for (const session of here.all()) {
      await session.record?.save().catch((error: unknown) => onError(error, 'session'));
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
    const hash = hashToken(token);
    const resumes = !written.plain && Object.values(written.tokens).includes(hash);
    return resumes ? { id, state, written } : undefined;
  }

  async #take(id: string, state: SessionState): Promise<Session> {
    const written = readFields(state);
    const session = await this.parts.here.restore(id, written, state.generation, state);
    for (const [request, { node, lane }] of written.running) {
      this.#runs.add(session, request, node, lane);
      if (!(await this.parts.cluster.alive(node))) this.#runs.settle(session, request);
    }
    return session;
  }

  // ---- between nodes -----------------------------------------------------------------------------------------------

  #heard(from: string, message: NodeMessage): void {
    if (message.op === 'released') {
      for (const released of this.#releases.get(message.session) ?? []) released();
      return;
    }
    if (message.op === 'answered') {
      const session = this.parts.here.get(message.session);
      if (session !== undefined) this.#runs.settle(session, message.id, message.text);
      return;
    }
    this.#release(message.session)
      .then(() => this.#tell(from, { op: 'released', session: message.session }))
      .catch((error: unknown) => this.parts.onError(error, 'handing a session over'));
  }

  async #release(id: string): Promise<void> {
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
    await Promise.race([session.parts.lanes.idle(), late]);
    // From here on each answer goes its own way.
    session.handedOver = (request, text) => this.#answered(session, request, text);
    await session.record?.save().catch(() => false);
    session.record?.close();
    here.drop(session);
  }

  async #askToRelease(node: string, session: string): Promise<void> {
    const { wheel } = this.parts;
    let resolve = (): void => {};
    const released = new Promise<void>((settle) => (resolve = settle));
    let waiting = this.#releases.get(session);
    if (waiting === undefined) this.#releases.set(session, (waiting = new Set()));
    waiting.add(resolve);
    const timer = wheel.after(HAND_OVER, () => resolve());
    try {
      await this.#tell(node, { op: 'release', session });
      await released;
    } finally {
      timer.cancel();
      waiting.delete(resolve);
      if (waiting.size === 0) this.#releases.delete(session);
    }
  }

  #tell(node: string, message: NodeMessage): Promise<void> {
    return this.parts.cluster.tell(node, JSON.stringify(message));
  }

  // ---- nodes that have gone ----------------------------------------------------------------------------------------

  #sweepLater(): void {
    const { clock, wheel, onError } = this.parts;
    // Not all nodes at once.
    this.#sweep = wheel.after(SWEEP * (0.5 + clock.random()), () => {
      this.#adopt()
        .catch((error: unknown) => onError(error, 'sessions of nodes that have gone'))
        .finally(() => {
          if (!this.#closed) this.#sweepLater();
        });
    });
  }

  async #adopt(): Promise<void> {
    const { cluster, here } = this.parts;
    for (const { id, node } of await cluster.orphans()) {
      if (this.#closed) return;
      const state = await cluster.look(id);
      if (state === undefined || state.node !== node) {
        await cluster.disown(id, node);
        continue;
      }
      const claimed = await cluster.claim(id, state.generation);
      if (claimed !== undefined) here.away(await this.#take(id, claimed));
    }
  }

  /** Records of sessions that nothing happens in are kept. */
  #refreshLater(): void {
    const { wheel, ttl } = this.parts;
    this.#refresh = wheel.after(ttl / 2 + 1_000, () => {
      this.#refreshAll();
      this.#refreshLater();
    });
  }

  /** Writes all records anew; of a session that another node has that fails, and tells this one. */
  #refreshAll(): void {
    for (const session of this.parts.here.all()) session.record?.refresh();
  }
}
