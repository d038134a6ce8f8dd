import { setTimeout as pause } from 'node:timers/promises';
import { RoostClient, type HistoryPage, type Position, type WebSocketConstructor } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import { WAYS, type CompareContract, type Way } from '../../sample-app/src/compare/compare.contract.js';
import { headersOf } from './headers.js';
import { Line, textOf } from './requests.js';

/** Milliseconds from one poll to the next. */
export const POLL_MS = 2_000;

/** What one way has brought. */
export class Ear {
  /** Milliseconds from when a message was said until it was here. */
  readonly delays: number[] = [];
  /** Messages that were not the one after that before them. */
  faults = 0;
  #last = 0;

  hear({ offset, ts }: { offset: number; ts: number }): void {
    this.delays.push(Math.max(0, Date.now() - ts));
    if (offset !== this.#last + 1) this.faults++;
    this.#last = offset;
  }
}

/** Somebody who follows a channel all four ways, each over a connection of its own, as the page does. */
export class Viewer {
  readonly ears = Object.fromEntries(WAYS.map((way) => [way, new Ear()])) as Readonly<Record<Way, Ear>>;
  readonly #headers: ReturnType<typeof headersOf>;
  readonly #path: string;
  readonly #stop = new AbortController();
  readonly #lines: Line[] = [];
  readonly #client: RoostClient;

  /** @param onError is told why a way has come to its end too soon */
  constructor(
    private readonly origin: string,
    channel: string,
    since: Position,
    onError: (error: unknown) => void,
  ) {
    this.#headers = headersOf(origin);
    this.#path = `/api/compare/${channel}`;
    for (const way of [this.#poll(since), this.#longPoll(since), this.#listen(since)]) {
      way.catch((error: unknown) => {
        if (!this.#stop.signal.aborted) onError(error);
      });
    }
    this.#client = connect(origin, channel, onError);
    this.#client
      .join<CompareContract>(`compare/${channel}`, { since })
      .on('say', (_message, { offset = 0, ts }) => this.ears.websocket.hear({ offset, ts }));
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    for (const line of this.#lines) line.end();
    await this.#client.close();
  }

  async #poll(since: Position): Promise<void> {
    const line = this.#line();
    const { signal } = this.#stop;
    for (let position = since; ;) {
      const next = performance.now() + POLL_MS;
      position = await this.#ask(line, 'polling', position);
      await pause(Math.max(0, next - performance.now()), undefined, { signal });
    }
  }

  async #longPoll(since: Position): Promise<void> {
    const line = this.#line();
    for (let position = since; ;) position = await this.#ask(line, 'long-polling', position);
  }

  async #ask(line: Line, way: 'polling' | 'long-polling', since: Position): Promise<Position> {
    const response = await line.ask(this.#address(way, since), { headers: this.#headers.fetch });
    const { messages } = JSON.parse(await textOf(response)) as HistoryPage;
    for (const message of messages) this.ears[way].hear(message);
    return { ...since, offset: messages.at(-1)?.offset ?? since.offset };
  }

  async #listen(since: Position): Promise<void> {
    const response = await this.#line().ask(this.#address('events', since), { headers: this.#headers.events });
    response.setEncoding('utf8');
    let text = '';
    for await (const chunk of response) {
      const events = (text + String(chunk)).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const [, data] = /^data: (.*)$/m.exec(event) ?? [];
        if (data !== undefined) this.ears.events.hear(JSON.parse(data) as { offset: number; ts: number });
      }
    }
    throw new Error('the events have ended');
  }

  #line(): Line {
    const line = new Line(this.origin);
    this.#lines.push(line);
    return line;
  }

  #address(way: Way, { epoch, offset }: Position): string {
    return `${this.#path}/${way}?since=${epoch}:${offset}`;
  }
}

/** A client whose handshake is that of a page. @param channel what its traffic is counted for */
export function connect(origin: string, channel: string | undefined, onError: (error: unknown) => void): RoostClient {
  const { websocket: headers } = headersOf(origin);
  class PageSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers });
    }
  }
  const query = channel === undefined ? '' : `?compare=${channel}`;
  return new RoostClient(`${origin.replace('http', 'ws')}/ws${query}`, {
    WebSocket: PageSocket as unknown as WebSocketConstructor,
    onError,
  });
}
