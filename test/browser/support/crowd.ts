import { setTimeout as delay } from 'node:timers/promises';
import { RoostClient, type ClientRoom } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import type { ChatContract } from '../../../sample-app/src/chat/chat.contract.js';

/** Milliseconds between two handfuls of messages. */
const TICK_MS = 20;

/** Many who talk in one channel without a page of their own. */
export class Crowd {
  readonly #clients: RoostClient[];
  readonly #rooms: ClientRoom<ChatContract>[];
  #next = 0;

  constructor(url: string, channel: string, people: number) {
    const socket = `${url.replace('http', 'ws')}/ws`;
    this.#clients = Array.from({ length: people }, () => new RoostClient(socket, { WebSocket }));
    this.#rooms = this.#clients.map((client) => client.join<ChatContract>(`chat/${channel}`));
  }

  async here(): Promise<void> {
    await Promise.all(this.#rooms.map(({ joined }) => joined));
  }

  /** Says so many messages a second for so many seconds. */
  async talks(perSecond: number, seconds: number, text = (i: number) => `line ${i}`): Promise<void> {
    const all = perSecond * seconds;
    const began = Date.now();
    const said: Promise<unknown>[] = [];
    while (said.length < all) {
      const due = Math.min(all, Math.floor(((Date.now() - began) / 1_000) * perSecond));
      while (said.length < due) {
        const room = this.#rooms[this.#next++ % this.#rooms.length]!;
        said.push(room.send('say', { text: text(said.length) }));
      }
      await delay(TICK_MS);
    }
    await Promise.all(said);
  }

  /** One of them says something, after all that was said before. */
  async says(text: string): Promise<void> {
    await this.#rooms[0]?.send('say', { text });
  }

  async leaves(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}
