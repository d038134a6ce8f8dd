import { Module } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { redisStore } from 'nestjs-roost/redis';
import { AccountsModule } from './accounts/accounts.module.js';
import { SiteAuthenticator } from './accounts/site.authenticator.js';
import { CallController } from './call/call.controller.js';
import { CallGateway } from './call/call.gateway.js';
import { ChannelsModule } from './channels/channels.module.js';
import { ChatModule } from './chat/chat.module.js';
import { CompareModule } from './compare/compare.module.js';
import { FeedController } from './feed/feed.controller.js';
import { FeedGateway } from './feed/feed.gateway.js';
import { Races } from './feed/races.js';
import { GameController } from './game/game.controller.js';
import { GameGateway } from './game/game.gateway.js';
import { HandshakeModule } from './handshake/handshake.module.js';
import { OperationsModule } from './operations/operations.module.js';

/** A Redis that several nodes share; without one this node is alone. */
const redis = process.env['ROOST_REDIS_URL'];

@Module({
  imports: [
    AccountsModule,
    ChannelsModule,
    ChatModule,
    CompareModule,
    HandshakeModule,
    OperationsModule,
    RoostModule.forRootAsync({
      useFactory: () => ({
        path: '/ws',
        authenticate: SiteAuthenticator,
        ...(redis && { store: redisStore({ url: redis }) }),
      }),
    }),
  ],
  controllers: [CallController, FeedController, GameController],
  providers: [CallGateway, FeedGateway, GameGateway, Races],
})
export class AppModule {}
