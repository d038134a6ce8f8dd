import { encodeFrame, RoostException, type ErrorFrame } from '../protocol/index.js';
import type { Session } from './session.js';

/** An answer, as it is sent and kept; nothing for a request that wants none. */
export type Answer = string | undefined;

/** Makes answers, keeps them for repeats, and sends them to wherever the session is connected by then. */
export class Answering {
  constructor(
    /** Bytes. */
    private readonly frameLimit: number,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** @param keep whether a repeat of the request gets the same */
  give(session: Session, id: number | undefined, text: Answer, keep: boolean): void {
    if (text === undefined) return;
    if (id !== undefined) {
      if (keep) session.handedOver?.(id, text);
      session.parts.answers.settle(id, keep ? text : undefined);
      session.record?.saveSoon();
    }
    session.connection?.sendText(text);
  }

  /** @throws {RoostException} TOO_LARGE */
  ack(id: number | undefined, data: unknown, offset: number | undefined): Answer {
    if (id === undefined) return undefined;
    return this.limited(
      encodeFrame({ op: 'ack', id, ...(data !== undefined && { data }), ...(offset !== undefined && { offset }) }),
    );
  }

  /** @returns the same text, where it is not larger than a frame may be. @throws {RoostException} TOO_LARGE */
  limited(text: string): string {
    const { frameLimit } = this;
    if (text.length * 3 > frameLimit && Buffer.byteLength(text) > frameLimit) {
      throw new RoostException('TOO_LARGE', `an answer of more than ${frameLimit} bytes`);
    }
    return text;
  }

  /** The answer to what went wrong, which is logged where it is the app's fault or Roost's. */
  failure(id: number | undefined, error: unknown, what: string): Answer {
    return encodeFrame(errorFrame(id, this.#refusalOf(error, what)));
  }

  #refusalOf(error: unknown, what: string): RoostException {
    if (error instanceof RoostException) return error;
    this.onError(error, what);
    return new RoostException('INTERNAL', 'something went wrong');
  }
}

export function errorFrame(id: number | undefined, refusal: RoostException): ErrorFrame {
  const { code, message, details, retryAfter } = refusal;
  return {
    op: 'error',
    ...withId(id),
    code,
    message,
    ...(details !== undefined && { details }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

export function withId(id: number | undefined): { readonly id?: number } {
  return id === undefined ? {} : { id };
}
