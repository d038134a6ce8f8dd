import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { html, json, type Html } from '../view/html.js';
import { channelItem } from './channel-item.view.js';
import { CHANNELS, topicOf } from './channels.js';
import type { Transcript } from './transcript.js';
import { transcriptItems } from './transcript.view.js';

/** The chat as a page that can be read before, and without, any script. */
@Injectable()
export class ChatPage {
  readonly #template = readFileSync(new URL('../web/index.html', import.meta.url), 'utf8');

  render(channel: string, transcript: Transcript): string {
    const places: Readonly<Record<string, Html>> = {
      channel: html`${channel}`,
      topic: html`${topicOf(channel)}`,
      channels: html`${channelNames(channel).map((name) => channelItem(name, name === channel))}`,
      messages: html`${transcriptItems(transcript.messages, { own: new Set(), timeZone: 'UTC' })}`,
      start: json({ channel, transcript }),
    };
    return this.#template.replace(/\{\{(\w+)\}\}/g, (_place, name: string) => String(places[name]));
  }
}

function channelNames(current: string): string[] {
  const listed = CHANNELS.map(({ name }) => name);
  return listed.includes(current) ? listed : [...listed, current];
}
