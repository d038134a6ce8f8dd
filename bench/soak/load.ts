/** The process of the visitors. */
import { answerQuestions } from '../channel.js';
import { now } from '../clock.js';
import { Crowd } from './crowd.js';

let crowd: Crowd | undefined;

const requests = {
  start: (port: number): void => {
    crowd = new Crowd(`ws://127.0.0.1:${port}/ws`);
    crowd.start();
  },
  stop: (): void => crowd?.stop(),
  sample: () => {
    if (crowd === undefined) throw new Error('nobody is there yet');
    const { user, system } = process.cpuUsage();
    return { at: now(), cpu: user + system, tally: crowd.tally, happened: crowd.happened };
  },
};

/** What the runner can ask the visitors. */
export type SoakLoadRequests = typeof requests;

answerQuestions(requests);
