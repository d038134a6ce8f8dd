import { Module } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { redisStore } from 'nestjs-roost/redis';
import { ChatController } from './chat/chat.controller.js';
import { ChatGateway } from './chat/chat.gateway.js';
import { ChatPage } from './chat/chat.page.js';
import { FeedController } from './feed/feed.controller.js';
import { FeedGateway } from './feed/feed.gateway.js';
import { Races } from './feed/races.js';
import { GameController } from './game/game.controller.js';
import { GameGateway } from './game/game.gateway.js';
import { NicknameAuthenticator } from './people/nickname.authenticator.js';

/** A Redis that several nodes share; without one this node is alone. */
const redis = process.env['ROOST_REDIS_URL'];

@Module({
  imports: [
    RoostModule.forRoot({
      path: '/ws',
      authenticate: NicknameAuthenticator,
      ...(redis && { store: redisStore({ url: redis }) }),
    }),
  ],
  controllers: [ChatController, FeedController, GameController],
  providers: [ChatGateway, ChatPage, FeedGateway, GameGateway, NicknameAuthenticator, Races],
})
export class AppModule {}
