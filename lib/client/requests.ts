import type { AckFrame, ClientFrame, ErrorFrame, JoinedFrame, LeftFrame, SessionLimits } from '../protocol/frames.js';
import { RoostError, errorOf } from './error.js';
import type { Settings } from './options.js';

/** A frame that answers a request well. */
export type Answer = AckFrame | JoinedFrame | LeftFrame;

/** A client's frame without its id; fields that are `undefined` are not sent. */
export type Asked<F = ClientFrame> = F extends unknown ? { readonly [K in keyof F]: F[K] | undefined } : never;

/** Who asks; is told exactly one of these, before the next frame is read. */
export interface Asker {
  done(answer: Answer): void;
  fail(error: RoostError): void;
  /** The session is gone. Left out: `fail` with OUTCOME_UNKNOWN for a sent frame, with CLOSED for one never sent. */
  lost?(): void;
}

interface Request {
  /** Encoded at the call, so that the data is as it was then. */
  readonly text: string;
  readonly bytes: number;
  readonly asker: Asker;
  /** Milliseconds the caller gave, from the call on. */
  readonly timeout: number | undefined;
  /** 0 until it is written for the first time. */
  id: number;
  timer: unknown;
}

const utf8 = new TextEncoder();

/** Every request from its call to its answer, across connections: numbered, bounded, sent again, settled once. */
export class Requests {
  readonly #settings: Settings;
  readonly #waiting: Request[] = [];
  /** Written and unanswered, in the order of their ids. */
  readonly #written = new Map<number, Request>();
  #lastId = 0;
  #write: ((text: string) => void) | undefined;
  #limits: SessionLimits | undefined;
  #closed = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * @param timeout milliseconds from now on, also without a connection; left out: the usual time, from writing on
   * @param first ahead of all that waits, and however much waits
   * @throws {TypeError} where the frame's data cannot be JSON
   */
  add(frame: Asked, asker: Asker, timeout?: number, first?: boolean): void {
    const text = JSON.stringify(frame);
    const request: Request = { text, bytes: utf8.encode(text).length, asker, timeout, id: 0, timer: undefined };
    if (this.#closed) return asker.fail(new RoostError('CLOSED'));
    if (first) {
      this.#waiting.unshift(request);
    } else {
      const { count, bytes } = this.#settings.queue;
      if (this.#waiting.length >= count || this.#waiting.reduce((sum, one) => sum + one.bytes, request.bytes) > bytes) {
        return asker.fail(new RoostError('UNAVAILABLE', 'the queue is full'));
      }
      this.#waiting.push(request);
    }
    this.#watch(request, timeout);
    this.#flush();
  }

  /** As `add`, for frames that an `ack` answers; resolves with its data. */
  ask(frame: Asked, timeout?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.add(frame, { done: (answer) => resolve((answer as AckFrame).data), fail: reject }, timeout);
    });
  }

  /** A connection stands: what is unanswered goes out again, then what waits. New ids go above `lastId`. */
  resume(write: (text: string) => void, limits: SessionLimits, lastId: number): void {
    this.#write = write;
    this.#limits = limits;
    this.#lastId = Math.max(this.#lastId, lastId);
    for (const request of this.#written.values()) this.#put(request);
    this.#flush();
  }

  /** The connection is gone; what is unanswered waits for the next one. */
  pause(): void {
    this.#write = undefined;
    for (const request of this.#written.values()) {
      if (request.timeout === undefined) this.#unwatch(request);
    }
  }

  /** The session is gone: nothing that was written may go out again. */
  forget(): void {
    const written = [...this.#written.values()];
    this.#written.clear();
    for (const request of written) this.#lose(request);
  }

  /** Settles everything and takes nothing more until `open`. */
  close(): void {
    this.#closed = true;
    this.forget();
    for (const request of this.#waiting.splice(0)) this.#lose(request);
  }

  open(): void {
    this.#closed = false;
  }

  /** @returns whether the frame answers a request */
  settle(frame: Answer | ErrorFrame): boolean {
    const request = this.#written.get(frame.id ?? 0);
    if (!request) return false;
    this.#written.delete(request.id);
    this.#unwatch(request);
    if (frame.op === 'error') request.asker.fail(errorOf(frame));
    else request.asker.done(frame);
    this.#flush();
    return true;
  }

  #flush(): void {
    while (this.#write && this.#limits && this.#written.size < this.#limits.pending) {
      const request = this.#waiting.shift();
      if (!request) return;
      request.id = ++this.#lastId;
      const { frame } = this.#limits;
      if (request.bytes + headOf(request).length - 1 > frame) {
        this.#unwatch(request);
        request.asker.fail(new RoostError('TOO_LARGE'));
      } else {
        this.#written.set(request.id, request);
        this.#put(request);
      }
    }
  }

  #put(request: Request): void {
    if (request.timeout === undefined) this.#watch(request, this.#settings.timeouts.answer);
    this.#write?.(headOf(request) + request.text.slice(1));
  }

  #lose(request: Request): void {
    this.#unwatch(request);
    if (request.asker.lost) return request.asker.lost();
    request.asker.fail(
      request.id ? new RoostError('OUTCOME_UNKNOWN', 'the session is lost') : new RoostError('CLOSED'),
    );
  }

  #watch(request: Request, ms: number | undefined): void {
    if (ms === undefined) return;
    request.timer = this.#settings.clock.setTimeout(() => {
      if (request.id) this.#written.delete(request.id);
      else this.#waiting.splice(this.#waiting.indexOf(request), 1);
      request.asker.fail(new RoostError('TIMEOUT'));
      this.#flush();
    }, ms);
  }

  #unwatch(request: Request): void {
    this.#settings.clock.clearTimeout(request.timer);
  }
}

function headOf({ id }: Request): string {
  return `{"id":${id},`;
}
