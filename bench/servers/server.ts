import { answerQuestions } from '../channel.js';
import { now } from '../clock.js';
import type { Message } from './message.js';
import { Publisher, type Offer } from './publisher.js';

/** A server that is measured. */
export interface Subject {
  /**
   * Starts to listen on a free port of the loopback address.
   *
   * @returns the port
   */
  listen(): Promise<number>;
  /** Sends a message to everybody in a room; with several nodes it may tell when the message is on its way to all. */
  broadcast(room: string, message: Message): Promise<unknown> | void;
}

/** A server's state at one moment. */
export interface ServerSample {
  /** Milliseconds, by the clock that all processes share. */
  readonly at: number;
  /** Microseconds of CPU since the start, user and system. */
  readonly cpu: number;
  readonly published: number;
  readonly skipped: number;
  /** Bytes of memory now, and the most there ever were. */
  readonly rss: number;
  readonly peak: number;
}

/** Bytes in use. */
export interface Memory {
  /** By the process, of the machine. */
  readonly rss: number;
  /** By JavaScript objects, and by buffers and the like that belong to them. */
  readonly heap: number;
  readonly external: number;
}

/** What the runner can ask a server. */
export type ServerRequests = ReturnType<typeof serverRequests>;

/** Makes this process a server that is measured. */
export function serve(subject: Subject): void {
  answerQuestions(serverRequests(subject));
}

/** What every server answers. */
export function serverRequests(subject: Subject) {
  const publisher = new Publisher((room, message) => subject.broadcast(room, message));
  return {
    listen: (): Promise<number> => subject.listen(),
    publish: (offer: Offer): void => publisher.start(offer),
    quiet: (): void => publisher.stop(),
    burst: ({ count, length }: { count: number; length: number }): Promise<void> => publisher.burst(count, length),
    sample: (): ServerSample => {
      const { user, system } = process.cpuUsage();
      const { published, skipped } = publisher;
      const rss = process.memoryUsage.rss();
      return { at: now(), cpu: user + system, published, skipped, rss, peak: process.resourceUsage().maxRSS * 1_024 };
    },
    /** When all garbage is gone. */
    memory: async (): Promise<Memory> => {
      // A finalizer may free more: garbage is collected until there is none.
      for (let pass = 0; pass < 4; pass++) {
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { rss, heapUsed, external } = process.memoryUsage();
      return { rss, heap: heapUsed, external };
    },
  };
}
