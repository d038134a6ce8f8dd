import { RoostClient, RoostError, type WebSocketConstructor } from 'nestjs-roost/client';
import type { Position } from 'nestjs-roost';
import { WebSocket } from 'ws';
import { RoomView } from './room-view.js';

/** What became of a message that was sent. */
export interface Sent {
  readonly room: string;
  readonly text: string;
  /** Milliseconds from the beginning of the plan. */
  readonly at: number;
  answeredAt?: number;
  /** Where it stands, or why nobody knows; nothing until it is answered. */
  outcome: Position | RoostError | undefined;
}

/**
 * Milliseconds that a session of the cluster may be away, less what is noticed late. They begin where its node is out of
 * touch with Redis for so long that others take its sessions over, though the client may still be connected.
 */
const TTL = 7_000;

export interface VisitorParts {
  readonly url: string;
  readonly rooms: readonly string[];
  readonly random: () => number;
  /** How often the server's data was lost. */
  readonly losses: () => number;
  /** Milliseconds from the beginning of the plan, of a time. */
  readonly at: (time: number) => number;
}

/** A client that talks in all rooms, and what it has seen. */
export class Visitor {
  readonly client: RoostClient;
  readonly views: readonly RoomView[];
  readonly sent: Sent[] = [];
  readonly faults: string[] = [];
  /** Nodes that its session has been on, in turn. */
  readonly nodes: string[] = [];
  resumes = 0;
  /** Sessions that were lost. */
  lost = 0;
  /** How often data was lost when the session began. */
  #lossesBefore: number;
  readonly #at: () => number;

  constructor(
    readonly name: string,
    { url, rooms, random, losses, at }: VisitorParts,
  ) {
    this.#lossesBefore = losses();
    this.#at = () => at(performance.now());
    this.client = new RoostClient(url, {
      WebSocket: WebSocket as unknown as WebSocketConstructor,
      backoff: { min: 50, max: 500 },
      timeouts: { connect: 3_000, answer: 30_000 },
      queue: { count: 10_000, bytes: 2 ** 26 },
      onError: (error) => this.#fault(String(error)),
      random,
    });
    let known: string | undefined;
    let before = '';
    let goneAt = 0;
    let begunAt = 0;
    this.client.onStatus((status) => {
      // An online client tells of each room that comes back; that is no further connection.
      const connected = status.state === 'online' && before !== 'online';
      if (before === 'online' && status.state !== 'online') goneAt = performance.now();
      before = status.state;
      if (status.state === 'closed' && status.why !== 'ended') this.#fault(`closed: ${status.why}`);
      if (status.state !== 'online' || !connected) return;
      if (status.resumed) this.resumes++;
      else if (known !== undefined) {
        this.lost++;
        const heardAt = Math.max(...this.views.map((view) => view.heardAt));
        const away = performance.now() - heardAt;
        if (losses() === this.#lossesBefore && away < TTL)
          this.#fault(
            `session ${known} on ${this.nodes.at(-1)} was lost though its data was kept: begun at ${at(begunAt)}, heard last at ${at(heardAt)}, gone at ${at(goneAt)}, lost at ${at(performance.now())}`,
          );
        this.#lossesBefore = losses();
      }
      if (!status.resumed) begunAt = performance.now();
      known = this.client.session?.id;
    });
    this.client.on('node', (node) => this.nodes.push(node as string));
    const now = (): string => `${this.#at()} on ${this.nodes.at(-1)}`;
    this.views = rooms.map((room) => new RoomView(this.client, room, losses, now, (what) => this.#fault(what)));
  }

  /** Resumes on another node than the one before. */
  get moves(): number {
    return this.nodes.filter((node, n) => n > 0 && node !== this.nodes[n - 1]).length;
  }

  async joined(): Promise<void> {
    await Promise.all(this.views.map(({ joined }) => joined));
  }

  /** Says something in one of its rooms, unless it is not in there at the moment. */
  say(n: number): void {
    const view = this.views[n % this.views.length];
    if (view === undefined || view.state === 'left') return;
    const sent: Sent = { room: view.name, text: `${this.name}-${n}`, at: this.#at(), outcome: undefined };
    this.sent.push(sent);
    const answered = (outcome: Position | RoostError): void => {
      sent.outcome = outcome;
      sent.answeredAt = this.#at();
    };
    view.say(sent.text).then(answered, (error: RoostError) => answered(error));
  }

  toString(): string {
    return `${this.name}, ${JSON.stringify(this.client.status)}, session ${this.client.session?.id}, on ${this.nodes.slice(-3).join(', ')}`;
  }

  async close(): Promise<void> {
    for (const view of this.views) view.close();
    await this.client.close();
  }

  #fault(what: string): void {
    this.faults.push(`${this.name}: ${what}`);
  }
}
