import { Controller, Get, Header, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Rooms } from 'nestjs-roost';
import { Visitors } from '../accounts/visitors.js';
import { Page } from '../view/page.js';
import type { ChatContract } from './chat.contract.js';
import { ChannelPipe } from './channels.js';
import { ChatPage } from './chat.page.js';
import { TRANSCRIPT_LENGTH, type Transcript } from './transcript.js';

/** The chat over HTTP: what was said so far. The page goes on from there over the WebSocket. */
@Controller()
export class ChatController {
  constructor(
    private readonly rooms: Rooms,
    private readonly page: ChatPage,
    private readonly visitors: Visitors,
  ) {}

  @Get('api/channels/:channel/messages')
  @Header('cache-control', 'no-store')
  messages(@Param('channel', ChannelPipe) channel: string): Promise<Transcript> {
    return this.rooms.get<ChatContract>(`chat/${channel}`).history({ limit: TRANSCRIPT_LENGTH }) as Promise<Transcript>;
  }

  @Page('channel/:channel')
  async show(@Param('channel', ChannelPipe) channel: string, @Req() request: Request): Promise<string> {
    return this.page.render(this.visitors.of(request), channel, await this.messages(channel));
  }
}
