/** The load generator: a process of its own, which holds all the clients. */
import { answerQuestions } from '../channel.js';
import { now } from '../clock.js';
import type { ConversationOptions } from './conversation.js';
import { Crowd, type ComeBackOptions, type CrowdOptions, type Latencies, type Tally } from './crowd.js';

/** What has come in until one moment. */
export interface LoadSample extends Tally {
  /** Milliseconds, by the clock that all processes share. */
  readonly at: number;
  /** Microseconds of CPU since the start, user and system. */
  readonly cpu: number;
}

const crowd = new Crowd();

const requests = {
  enter: (options: CrowdOptions): Promise<void> => crowd.enter(options),
  sample: (): LoadSample => {
    const { user, system } = process.cpuUsage();
    return { at: now(), cpu: user + system, ...crowd.tally };
  },
  takeLatencies: (): Latencies | undefined => crowd.takeLatencies(),
  pauseSome: (): number => crowd.pauseSome(),
  converse: (options: ConversationOptions): void => crowd.converse(options),
  fallSilent: (): void => crowd.fallSilent(),
  cut: (): void => crowd.cut(),
  comeBack: (options: ComeBackOptions): Promise<{ ms: number; recovered: number }> => crowd.comeBack(options),
};

/** What the runner can ask the load generator. */
export type LoadRequests = typeof requests;

answerQuestions(requests);
