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
import { HandshakeModule } from './handshake/handshake.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { NicknameAuthenticator } from './people/nickname.authenticator.js';

/** Several nodes of the app share a Redis; alone it keeps everything in memory. */
const redis = process.env['REDIS_URL'];

@Module({
  imports: [
    RoostModule.forRoot({
      path: '/ws',
      authenticate: NicknameAuthenticator,
      ...(redis && { store: redisStore({ url: redis }) }),
    }),
    HandshakeModule,
    OperationsModule,
  ],
  controllers: [ChatController, FeedController, GameController],
  providers: [ChatGateway, ChatPage, FeedGateway, GameGateway, NicknameAuthenticator, Races],
})
export class AppModule {}
