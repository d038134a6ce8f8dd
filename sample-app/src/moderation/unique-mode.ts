import { Injectable } from '@nestjs/common';
import { RoostException, type Room } from 'nestjs-roost';
import type { ChatContract, ChatMessage } from '../chat/chat.contract.js';

/** Within so many messages, or so many milliseconds, no text comes twice. */
const AMONG = 50;
const WITHIN = 30_000;
/** Messages that are looked at in the end: all that the room keeps. */
const KEPT = 500;

/** Looks into the room's log, which all nodes have in common, for what was said already. */
@Injectable()
export class UniqueMode {
  /** What is being said on this node and is not in the log yet. */
  readonly #saying = new Set<string>();

  /**
   * Says a text where nobody has lately.
   *
   * @throws {RoostException} FORBIDDEN where somebody has
   */
  async say<T>(room: Room<ChatContract>, text: string, say: () => Promise<T>): Promise<T> {
    const key = `${room.name} ${fold(text)}`;
    if (this.#saying.has(key)) throw said();
    this.#saying.add(key);
    try {
      if (await this.#wasSaid(room, text)) throw said();
      return await say();
    } finally {
      this.#saying.delete(key);
    }
  }

  async #wasSaid(room: Room<ChatContract>, text: string): Promise<boolean> {
    const { messages } = await room.history({ limit: KEPT });
    const since = Date.now() - WITHIN;
    return messages
      .filter(({ event }) => event === 'say')
      .toReversed()
      .some(({ data, ts }, i) => (i < AMONG || ts > since) && fold((data as ChatMessage).text) === fold(text));
  }
}

function said(): RoostException {
  return new RoostException('FORBIDDEN', 'Somebody has said just that a moment ago: here no text comes twice.');
}

/** Texts that differ in nothing but capitals and spaces are the same. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}
