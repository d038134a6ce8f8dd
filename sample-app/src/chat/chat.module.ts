import { Module } from '@nestjs/common';
import { Manners } from '../moderation/manners.js';
import { ModeratorsGuard } from '../moderation/moderators.guard.js';
import { SlowMode } from '../moderation/slow-mode.js';
import { Timeouts } from '../moderation/timeouts.js';
import { UniqueMode } from '../moderation/unique-mode.js';
import { Whom } from '../moderation/whom.js';
import { ChatController } from './chat.controller.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatPage } from './chat.page.js';
import { Mentions } from './mentions.js';

@Module({
  controllers: [ChatController],
  providers: [ChatGateway, ChatPage, Manners, Mentions, ModeratorsGuard, SlowMode, Timeouts, UniqueMode, Whom],
})
export class ChatModule {}
