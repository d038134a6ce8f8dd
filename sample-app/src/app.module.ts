import { Module } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { CallController } from './call/call.controller.js';
import { CallGateway } from './call/call.gateway.js';
import { ChatController } from './chat/chat.controller.js';
import { ChatGateway } from './chat/chat.gateway.js';
import { ChatPage } from './chat/chat.page.js';
import { FeedController } from './feed/feed.controller.js';
import { FeedGateway } from './feed/feed.gateway.js';
import { Races } from './feed/races.js';
import { GameController } from './game/game.controller.js';
import { GameGateway } from './game/game.gateway.js';
import { NicknameAuthenticator } from './people/nickname.authenticator.js';

@Module({
  imports: [RoostModule.forRoot({ path: '/ws', authenticate: NicknameAuthenticator })],
  controllers: [CallController, ChatController, FeedController, GameController],
  providers: [CallGateway, ChatGateway, ChatPage, FeedGateway, GameGateway, NicknameAuthenticator, Races],
})
export class AppModule {}
