import { Injectable } from '@nestjs/common';
import { Chat } from '../../web/chat/chat.js';
import { ChatPage as Page } from '../../web/chat/chat-page.js';
import { renderDocument } from '../view/document.js';
import { CHANNELS, topicOf } from './channels.js';
import type { Transcript } from './transcript.js';

/** The chat as a page that can be read before, and without, any script. */
@Injectable()
export class ChatPage {
  render(name: string, transcript: Transcript): string {
    const start = {
      channel: { name, topic: topicOf(name), transcript },
      listed: CHANNELS.map(({ name }) => name),
    };
    return renderDocument(
      {
        entry: 'chat',
        title: `#${name} · Roost`,
        description: 'A small chat on nestjs-roost: cut the connection and nothing is lost.',
        noscript: 'This page shows what was said so far, in UTC. Talking needs JavaScript.',
        start,
      },
      <Page chat={new Chat(start)} />,
    );
  }
}
