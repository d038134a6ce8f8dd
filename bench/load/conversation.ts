import { now } from '../clock.js';
import type { Client } from './client.js';

/** What clients say. */
export interface ConversationOptions {
  /** The handler's name. */
  readonly event: 'say' | 'note' | 'nod';
  /** Messages of one client that wait for their answers at any time. */
  readonly unanswered: number;
  readonly text: string;
}

/** Clients that say as much as the server takes: a new message for each answer. */
export class Conversation {
  constructor(private readonly options: ConversationOptions) {}

  begin(client: Client): void {
    for (let count = 0; count < this.options.unanswered; count++) this.continue(client);
  }

  continue(client: Client): void {
    const { event, text } = this.options;
    client.send(client.dialect.say(event, { at: now(), text }));
  }
}
