import { Controller, Get, Header, Param } from '@nestjs/common';
import { Rooms } from 'nestjs-roost';
import { Page } from '../view/page.js';
import type { ChatContract } from './chat.contract.js';
import { renderDirectory } from '../channels/directory.page.js';
import { ChannelPipe, CHANNELS } from './channels.js';
import { ChatPage } from './chat.page.js';
import { TRANSCRIPT_LENGTH, type Transcript } from './transcript.js';

/** The chat over HTTP: what was said so far. The page goes on from there over the WebSocket. */
@Controller()
export class ChatController {
  constructor(
    private readonly rooms: Rooms,
    private readonly page: ChatPage,
  ) {}

  @Get('api/channels/:channel/messages')
  @Header('cache-control', 'no-store')
  messages(@Param('channel', ChannelPipe) channel: string): Promise<Transcript> {
    return this.rooms.get<ChatContract>(`chat/${channel}`).history({ limit: TRANSCRIPT_LENGTH }) as Promise<Transcript>;
  }

  @Page('/')
  directory(): string {
    const viewers = (name: string) => this.rooms.get(`chat/${name}`).presence?.count ?? 0;
    return renderDirectory(
      {},
      CHANNELS.map(({ name, topic }) => ({ name, topic, viewers: viewers(name) })),
    );
  }

  @Page('channel/:channel')
  async show(@Param('channel', ChannelPipe) channel: string): Promise<string> {
    return this.page.render(channel, await this.messages(channel));
  }
}
