import { Injectable } from '@nestjs/common';
import { html, json } from '../view/html.js';
import { Template } from '../view/page.js';
import { channelItem } from './channel-item.view.js';
import { CHANNELS, topicOf } from './channels.js';
import { isLine, type Transcript } from './transcript.js';
import { transcriptItems } from './transcript.view.js';

/** The chat as a page that can be read before, and without, any script. */
@Injectable()
export class ChatPage {
  readonly #template = new Template('index');

  render(channel: string, transcript: Transcript): string {
    return this.#template.render({
      channel: html`${channel}`,
      topic: html`${topicOf(channel)}`,
      channels: html`${channelNames(channel).map((name) => channelItem(name, name === channel))}`,
      messages: html`${transcriptItems(transcript.messages.filter(isLine), { own: new Set(), timeZone: 'UTC' })}`,
      start: json({ channel, transcript }),
    });
  }
}

function channelNames(current: string): string[] {
  const listed = CHANNELS.map(({ name }) => name);
  return listed.includes(current) ? listed : [...listed, current];
}
