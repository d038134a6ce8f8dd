import { Injectable } from '@nestjs/common';
import { Chat } from '../../web/chat/chat.js';
import { ChatPage as Page } from '../../web/chat/chat-page.js';
import type { Me } from '../accounts/account.contract.js';
import { Channels } from '../channels/channels.js';
import { renderDocument } from '../view/document.js';
import type { Transcript } from './transcript.js';

/** Channels that are listed beside the chat; the directory has all. */
const LISTED = 50;

/** The chat as a page that can be read before, and without, any script. */
@Injectable()
export class ChatPage {
  constructor(private readonly channels: Channels) {}

  render(me: Me, name: string, transcript: Transcript): string {
    const { topic, owner, settings } = this.channels.get(name);
    const listed = this.channels.all().map(({ name }) => name);
    const channel = { name, topic, owner: owner?.name, settings, transcript };
    const start = { me, channel, listed: listed.slice(0, LISTED) };
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
