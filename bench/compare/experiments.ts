import { randomInt } from 'node:crypto';
import type { RoostClient } from 'nestjs-roost/client';
import type {
  CompareContract,
  ExperimentContract,
  Rate,
  Tally,
  Traffic,
  Way,
} from '../../sample-app/src/compare/compare.contract.js';
import { headersOf } from './headers.js';
import { Line, textOf } from './requests.js';
import { connect, Viewer } from './viewer.js';

/** What one viewer has used and seen. */
export interface Observation {
  readonly rate: Rate;
  /** Milliseconds that were counted. */
  readonly ms: number;
  readonly tallies: Readonly<Record<Way, Tally>>;
  readonly delays: Readonly<Record<Way, readonly number[]>>;
}

/** Bytes that it takes to say one thing, and to be answered. */
export type Spoken = Readonly<Record<'post' | 'websocket', Pick<Tally, 'up' | 'down'>>>;

/** Times that something is said, for the bytes of one. */
const TIMES = 20;

/** Runs experiments in the sample app, over one connection of its own that is not counted. */
export class Experiments {
  readonly #failure: Promise<never>;
  readonly #desk: RoostClient;
  #fail = (_error: unknown): void => {};

  constructor(private readonly origin: string) {
    this.#failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    // It is looked at only while something runs.
    this.#failure.catch(() => {});
    this.#desk = connect(origin, undefined, this.#fail);
  }

  async close(): Promise<void> {
    await this.#desk.close();
  }

  /** Measures one viewer for so long. @throws where a message is lost or comes twice */
  async observe(rate: Rate, ms: number): Promise<Observation> {
    const { channel, room, since, counted } = await this.#begin(rate);
    const viewer = new Viewer(this.origin, channel, since, this.#fail);
    let traffic = await counted();
    while (traffic.ms < ms) traffic = await Promise.race([counted(), this.#failure]);
    await viewer.leave();
    await room.leave();
    const ears = Object.entries(viewer.ears);
    for (const [way, { faults }] of ears) if (faults > 0) throw new Error(`${way}: ${faults} messages lost or twice`);
    const delays = Object.fromEntries(ears.map(([way, ear]) => [way, ear.delays])) as unknown as Observation['delays'];
    return { rate, ms: traffic.ms, tallies: traffic.tallies, delays };
  }

  /** Measures what it takes to say something by a POST, and by a WebSocket that is there. */
  async speak(): Promise<Spoken> {
    // In the first seconds nobody else says anything. Another member of the room gets the same, but for the answers.
    const speaking = await this.#begin('quiet');
    const listening = await this.#begin('quiet');
    const [speaker, listener] = [speaking, listening].map(({ channel }) => connect(this.origin, channel, this.#fail));
    if (speaker === undefined || listener === undefined) throw new Error('there are two');
    const name = `compare/${speaking.channel}`;
    const room = speaker.join<CompareContract>(name);
    await Promise.all([room.joined, listener.join<CompareContract>(name).joined]);
    const count = async () => {
      // The next figures may have been on their way already.
      await Promise.all([speaking.counted(), listening.counted()]);
      const [own, other] = await Promise.all([speaking.counted(), listening.counted()]);
      return { post: own.tallies.post, up: own.tallies.websocket.up, own, other };
    };

    const before = await count();
    const line = new Line(this.origin);
    const text = 'Hello, all four of you!';
    for (let i = 0; i < TIMES; i++) {
      const options = { method: 'POST', headers: headersOf(this.origin).post };
      await textOf(await line.ask(`/api/compare/${speaking.channel}/post`, options, JSON.stringify({ text })));
    }
    for (let i = 0; i < TIMES; i++) await room.send('say', { text });
    const after = await count();
    line.end();
    await Promise.all([speaker.close(), listener.close(), speaking.room.leave(), listening.room.leave()]);

    const down = (counts: typeof before) => counts.own.tallies.websocket.down - counts.other.tallies.websocket.down;
    return {
      post: {
        up: (after.post.up - before.post.up) / TIMES,
        down: (after.post.down - before.post.down) / TIMES,
      },
      websocket: { up: (after.up - before.up) / TIMES, down: (down(after) - down(before)) / TIMES },
    };
  }

  async #begin(rate: Rate) {
    const channel = String(randomInt(1e9));
    const room = this.#desk.join<ExperimentContract>(`experiment/${rate}/${channel}`);
    const { data } = await room.joined;
    const counted = () =>
      new Promise<Traffic>((resolve) => {
        const off = room.on('traffic', (traffic) => {
          off();
          resolve(traffic);
        });
      });
    return { channel, room, since: data.since, counted };
  }
}
