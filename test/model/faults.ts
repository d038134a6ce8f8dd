import { Answers } from '../../lib/sessions/answers.js';
import { Delivery } from '../../lib/rooms/delivery.js';
import { LiveRoom } from '../../lib/rooms/live-room.js';
import { Lanes } from '../../lib/sessions/lanes.js';
import { Replay, type ReplaySink } from '../../lib/rooms/replay.js';
import { DirectQueue } from '../../lib/sessions/direct-queue.js';
import { Sessions } from '../../lib/sessions/sessions.js';

/** Puts a fault into the engine, and returns what takes it out again. */
export type Plant = () => () => void;

/** Replaces a method; the fault has the true one to call. */
function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  fault: (true_: Extract<T[K], (...args: never) => unknown>) => T[K],
): () => void {
  const method = prototype[name];
  prototype[name] = fault(method as Extract<T[K], (...args: never) => unknown>);
  return () => {
    prototype[name] = method;
  };
}

/** Runs something while a method of one object does nothing. */
function without<T extends object>(object: T, name: keyof T & string, run: () => void): void {
  Object.defineProperty(object, name, { value: () => {}, configurable: true });
  try {
    run();
  } finally {
    Reflect.deleteProperty(object, name);
  }
}

/** Faults that the model must find, each as it could be written by somebody in a hurry. */
export const faults: Readonly<Record<string, Plant>> = {
  'what a room has gathered goes to a member that has just come in': () =>
    replace(Delivery.prototype, 'attach', (attach) => {
      return function (this: Delivery, ...args) {
        without(this, 'flush', () => attach.apply(this, args));
      };
    }),

  'a replay goes live one entry early': () =>
    replace(Replay.prototype, 'run', (run) => {
      return function (this: Replay, done) {
        const inner = this as unknown as { room: { top: number } };
        inner.room = new Proxy(inner.room, {
          get: (room, key) => (key === 'top' ? room.top - 1 : (Reflect.get(room, key) as unknown)),
        });
        return run.call(this, done);
      };
    }),

  'a replay does not stop where the live entries begin': () =>
    replace(Replay.prototype, 'run', (run) => {
      return function (this: Replay, done) {
        const inner = this as unknown as { sink: ReplaySink };
        const { sink } = inner;
        inner.sink = {
          inTurn: (step) => sink.inTurn(step),
          give: (entries, top) => {
            sink.give(entries, top);
            const last = entries.at(-1);
            if (last !== undefined && entries.length > 1) sink.give([last], top);
          },
        };
        return run.call(this, done);
      };
    }),

  'where a member came in is forgotten': () =>
    replace(LiveRoom.prototype, 'admit', (admit) => {
      return function (this: LiveRoom, ...args) {
        const membership = admit.apply(this, args);
        const now = () => this.delivery.position;
        let first = true;
        Object.defineProperty(membership, 'joinedAt', {
          get: () => {
            const at = first ? args[1] : now();
            first = false;
            return at;
          },
        });
        return membership;
      };
    }),

  'a takeover lets what has not begun run on': () =>
    replace(Lanes.prototype, 'discardWaiting', () => {
      return () => {};
    }),

  'what a takeover has thrown away is not taken again': () =>
    replace(Answers.prototype, 'discard', (discard) => {
      return function (this: Answers, id) {
        discard.call(this, id);
        this.begin(id);
      };
    }),

  'an answer is not kept': () =>
    replace(Answers.prototype, 'settle', (settle) => {
      return function (this: Answers, id) {
        settle.call(this, id, undefined);
      };
    }),

  'a repeat of a running request runs': () =>
    replace(Answers.prototype, 'look', (look) => {
      return function (this: Answers, id, anew) {
        const known = look.call(this, id, anew);
        return known === 'running' ? 'new' : known;
      };
    }),

  'a member that is taken out hears what comes after': () =>
    replace(LiveRoom.prototype, 'remove', (remove) => {
      return function (this: LiveRoom, membership) {
        let removed = false;
        without(this.delivery, 'detach', () => (removed = remove.call(this, membership)));
        return removed;
      };
    }),

  'a kick does not stop a running join': () =>
    replace(LiveRoom.prototype, 'callOff', () => {
      return () => true;
    }),

  'direct messages count as seen when they are sent': () =>
    replace(DirectQueue.prototype, 'add', (add) => {
      return function (this: DirectQueue, encode) {
        let sent = 0;
        const text = add.call(this, (seq) => encode((sent = seq)));
        this.acknowledge(sent);
        return text;
      };
    }),

  'a closed connection ends a session that a newer one has': () =>
    replace(Sessions.prototype, 'lost', (lost) => {
      return function (this: Sessions, session, connection, code) {
        lost.call(this, session, session.connection ?? session.claimant ?? connection, code);
      };
    }),

  'a token resumes once': () =>
    replace(Sessions.prototype, 'byToken', (byToken) => {
      const shown = new Set<string>();
      return function (this: Sessions, token) {
        if (shown.has(token)) return undefined;
        shown.add(token);
        return byToken.call(this, token);
      };
    }),

  'a session that has come back expires all the same': () =>
    replace(Sessions.prototype, 'resume', (resume) => {
      return function (this: Sessions, session, ...rest) {
        session.expiry = undefined;
        return resume.call(this, session, ...rest);
      };
    }),
};
