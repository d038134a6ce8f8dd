import type { ClientRoom, RoostClient } from 'nestjs-roost/client';
import type {
  CompareContract,
  ExperimentContract,
  Rate,
  Start,
  Tally,
  Traffic,
  Way,
} from '../../src/compare/compare.contract.js';
import type { Channel, Ear } from './ear.js';
import { listen } from './events.js';
import { longPoll } from './long-polling.js';
import { Measurement } from './measurement.js';
import { poll } from './polling.js';
import { join } from './websocket.js';

export interface Settings {
  readonly rate: Rate;
  /** Milliseconds from one poll to the next. */
  readonly every: number;
}

/** Who wants to know of a run. */
export interface RunListener {
  /** The run has begun, or begun anew. */
  started(start: Start): void;
  /** The connection of the way that is a WebSocket. */
  websocket(client: RoostClient, room: ClientRoom<CompareContract>): void;
}

/** What it took to say one thing. */
export interface Spoken {
  readonly post: Tally;
  readonly websocket: Tally;
}

/** One measurement: a channel of its own, in which people talk, is followed all four ways from its first message on. */
export class Run {
  measurement = new Measurement();
  /** Why there is nothing to see. */
  refusal: string | undefined;
  readonly #experiment: ClientRoom<ExperimentContract>;
  readonly #name = String(Math.floor(Math.random() * 1e9));
  readonly #path = `/api/compare/${this.#name}`;
  #stop = new AbortController();
  #room: ClientRoom<CompareContract> | undefined;

  /** @param client asks for the run, and is told what the server has counted: none of that is in the measurement */
  constructor(
    client: RoostClient,
    private readonly settings: Settings,
    private readonly listener: RunListener,
  ) {
    this.#experiment = client.join<ExperimentContract>(`experiment/${settings.rate}/${this.#name}`);
    this.#experiment.onJoined(({ data }) => this.#begin(data));
    this.#experiment.on('traffic', (traffic) => {
      this.measurement.traffic = traffic;
    });
    this.#experiment.onLeft((_reason, error) => {
      this.refusal = error?.message;
      this.#stop.abort();
    });
  }

  stop(): void {
    this.#stop.abort();
    // Without a connection it is left all the same.
    this.#experiment.leave().catch(() => {});
  }

  /** Says something by a POST and by the WebSocket. */
  async speak(text: string): Promise<Spoken> {
    const before = await this.#counted();
    const answer = await fetch(`${this.#path}/post`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    });
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    await this.#room?.send('say', { text });
    // The next figures may have been on their way already.
    await this.#counted();
    const after = await this.#counted();
    const used = (way: Way | 'post') => difference(after.tallies[way], before.tallies[way]);
    return { post: used('post'), websocket: used('websocket') };
  }

  /** After a lost session the server counts anew, in a log that may be another. */
  #begin(start: Start): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.measurement = new Measurement(start.since.offset);
    const channel: Channel = { name: this.#name, path: this.#path, since: start.since, every: this.settings.every };
    const ear = (way: Way): Ear => {
      const deliveries = this.measurement.deliveries[way];
      return {
        hear: (message) => deliveries.hear(message),
        connected: (is) => (deliveries.connected = is),
      };
    };
    void poll(channel, ear('polling'), signal);
    void longPoll(channel, ear('long-polling'), signal);
    listen(channel, ear('events'), signal);
    const { client, room } = join(channel, ear('websocket'), signal);
    this.#room = room;
    this.listener.started(start);
    this.listener.websocket(client, room);
  }

  /** The next figures that come. */
  #counted(): Promise<Traffic> {
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const off = this.#experiment.on('traffic', (traffic) => {
        signal.removeEventListener('abort', giveUp);
        off();
        resolve(traffic);
      });
      const giveUp = () => {
        off();
        reject(new Error('the run is over'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

function difference(after: Tally, before: Tally): Tally {
  return {
    requests: after.requests - before.requests,
    up: after.up - before.up,
    down: after.down - before.down,
  };
}
