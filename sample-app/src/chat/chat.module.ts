import { Module } from '@nestjs/common';
import { Manners } from '../moderation/manners.js';
import { ModeratorsGuard } from '../moderation/moderators.guard.js';
import { Timeouts } from '../moderation/timeouts.js';
import { ChatController } from './chat.controller.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatPage } from './chat.page.js';
import { Mentions } from './mentions.js';

@Module({
  controllers: [ChatController],
  providers: [ChatGateway, ChatPage, Manners, Mentions, ModeratorsGuard, Timeouts],
})
export class ChatModule {}
