import { afterEach, describe, expect, it } from '@jest/globals';
import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, Heartbeat, OnMessage, Room, RoomGateway, Rooms, Sessions } from 'nestjs-roost';
import { RoostClient, type ClientRoom, type WebSocketConstructor } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import { startApp } from '../support/app.js';
import { Proxy } from '../support/proxy.js';
import { until } from '../support/until.js';
import { steadily } from './support/pace.js';
import { report } from '../support/report.js';
import { seeded, Weather } from './weather.js';

const CLIENTS = Number(process.env['ROOST_CHAOS_CLIENTS'] ?? 25);
const PROXIES = 10;
const ROOMS = ['chat/red', 'chat/blue'];
const SECONDS = Number(process.env['ROOST_CHAOS_SECONDS'] ?? 20);
const SEED = Number(process.env['ROOST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Milliseconds between two messages of a client. */
const PACE = 250;
/** Milliseconds in which everybody must have caught up once the networks are good again. */
const PATIENCE = 60_000;

/** Milliseconds that a session may be away: more than any network is broken for. */
const TTL = 60_000;

@RoomGateway('chat/:channel', { presence: 'count', history: { size: 100_000, bytes: 2 ** 30 } })
class ChatGateway {
  readonly runs = new Map<string, number>();

  @OnMessage('say')
  say(@CurrentRoom() room: Room, @MessageBody() text: string) {
    this.runs.set(text, (this.runs.get(text) ?? 0) + 1);
    return room.broadcast('say', text);
  }
}

interface Talk {
  clientToServer: { say: (text: string) => { offset: number } };
  serverToClient: { say: string };
}

/** One client, and what it has seen of each room. */
class Talker {
  readonly seen = new Map<string, string[]>(ROOMS.map((room) => [room, []]));
  readonly sent: { room: string; text: string; answer: Promise<{ offset: number }> }[] = [];
  readonly faults: string[] = [];
  resumes = 0;
  readonly client: RoostClient;
  readonly #rooms: ClientRoom<Talk>[];

  constructor(
    readonly name: string,
    url: string,
    random: () => number,
  ) {
    this.client = new RoostClient(url, {
      WebSocket: WebSocket as unknown as WebSocketConstructor,
      backoff: { min: 50, max: 500 },
      timeouts: { connect: 10_000, answer: 120_000 },
      queue: { count: 10_000, bytes: 2 ** 26 },
      onError: (error) => this.faults.push(String(error)),
      random,
    });
    this.client.onStatus((status) => {
      if (status.state === 'online' && status.resumed) this.resumes++;
      if (status.state === 'online' && !status.resumed && this.resumes > 0) this.faults.push('the session was lost');
      if (status.state === 'closed') this.faults.push(`closed: ${status.why}`);
    });
    this.#rooms = ROOMS.map((name) => {
      const room = this.client.join<Talk>(name);
      room.on('say', (text, { offset }) => this.seen.get(name)?.push(`${offset} ${text}`));
      room.onGap(() => this.faults.push(`a gap in ${name}`));
      return room;
    });
  }

  say(n: number): void {
    const room = this.#rooms[n % ROOMS.length] as ClientRoom<Talk>;
    const text = `${this.name}-${n}`;
    this.sent.push({ room: room.name, text, answer: room.send('say', text) });
  }

  async joined(): Promise<void> {
    await Promise.all(this.#rooms.map(({ joined }) => joined));
  }

  /** Has it seen everything up to here? */
  reached(tops: ReadonlyMap<string, number>): boolean {
    return this.#rooms.every(({ name, position }) => position?.offset === tops.get(name));
  }
}

describe('chaos', () => {
  /** What must end, whatever comes of the test: it would disturb others. */
  const ends: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it(
    `${CLIENTS} clients chat for ${SECONDS} s behind networks that break: nothing lost, nothing twice, one order`,
    async () => {
      process.stdout.write(`chaos: ROOST_SEED=${SEED}\n`);
      const random = seeded(SEED);
      const server = await startApp({
        providers: [ChatGateway],
        roost: {
          heartbeat: { interval: 1_000, timeout: 1_000 },
          limits: { replay: 100_000, messages: false, connections: false },
          session: { awayPerAddress: 10 * CLIENTS, ttl: TTL },
        },
      });
      ends.push(() => server.close());
      const proxies = await Promise.all(Array.from({ length: PROXIES }, () => Proxy.to(server.port)));
      ends.push(() => Promise.all(proxies.map((proxy) => proxy.close())));
      const talkers = Array.from({ length: CLIENTS }, (_, i) => {
        return new Talker(`c${i}`, (proxies[i % PROXIES] as Proxy).url(server.url), random);
      });
      ends.push(() => Promise.all(talkers.map(({ client }) => client.close())));
      await Promise.all(talkers.map((talker) => talker.joined()));

      const weather = new Weather(proxies, random);
      ends.push(async () => weather.clear());
      await steadily(PACE, (SECONDS * 1_000) / PACE, (n) => talkers.forEach((talker) => talker.say(n)));
      weather.clear();
      const sent = talkers.flatMap((talker) => talker.sent);
      const answers = await Promise.all(sent.map(({ answer }) => answer));
      const rooms = server.app.get(Rooms);
      const tops = new Map<string, number>();
      for (const name of ROOMS) tops.set(name, (await rooms.get(name).history({ limit: 1 })).offset);
      await until(
        () => talkers.every((talker) => talker.reached(tops)),
        () => 'everybody to have seen everything',
        PATIENCE,
      );

      expect(talkers.flatMap(({ faults }) => faults)).toEqual([]);
      // Each message ran once, and its answer says where it stands in the one order that all have seen.
      const gateway = server.app.get(ChatGateway);
      expect([...gateway.runs.values()].every((runs) => runs === 1)).toBe(true);
      expect(gateway.runs.size).toBe(sent.length);
      for (const name of ROOMS) {
        const order: string[] = [];
        sent.forEach(({ room, text }, i) => {
          const { offset } = answers[i] as { offset: number };
          if (room === name) order[offset - 1] = `${offset} ${text}`;
        });
        for (const talker of talkers) expect(talker.seen.get(name)).toEqual(order);
      }

      const resumes = talkers.reduce((sum, talker) => sum + talker.resumes, 0);
      expect(resumes).toBeGreaterThan(0);
      report('Networks that break', INTRODUCTION, {
        Clients: CLIENTS,
        Seconds: SECONDS,
        Seed: String(SEED),
        'Messages sent': sent.length,
        Deliveries: sent.length * CLIENTS,
        'Networks cut': weather.counts.cuts,
        'Networks stalled (half-open)': weather.counts.stalls,
        'Delays changed': weather.counts.delays,
        'Frames split anew': weather.counts.splits,
        'Connections given up by the heartbeat': server.app.get(Heartbeat).timeouts,
        'Sessions resumed': resumes,
        Lost: 0,
        Repeated: 0,
        'Out of order': 0,
      });
      for (const { client } of talkers) await client.close();
      // One that is given up just then does not hear the goodbye, and one whose client gave up before it was welcomed has
      // nobody: both are over after their time.
      const sessions = server.app.get(Sessions);
      await until(
        () => sessions.size === 0,
        () => `${sessions.size} sessions to end`,
        TTL + PATIENCE,
      );
    },
    SECONDS * 1_000 + 4 * PATIENCE,
  );
});

const INTRODUCTION = `Clients chat in two rooms, through TCP proxies that cut connections, stall them in one direction or both (so that one
side believes them alive), delay bytes and split frames, at random. When the networks are good again every client must
have seen every message of both rooms, once and in the same order, and every message must have run once and been
answered. \`npm run chaos\` does it again and writes this page; \`npm test\` runs 20 s of it.`;
