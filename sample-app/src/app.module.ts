import { Module } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { AccountsModule } from './accounts/accounts.module.js';
import { SiteAuthenticator } from './accounts/site.authenticator.js';
import { ChannelsModule } from './channels/channels.module.js';
import { ChatModule } from './chat/chat.module.js';
import { FeedController } from './feed/feed.controller.js';
import { FeedGateway } from './feed/feed.gateway.js';
import { Races } from './feed/races.js';
import { GameController } from './game/game.controller.js';
import { GameGateway } from './game/game.gateway.js';

@Module({
  imports: [
    AccountsModule,
    ChannelsModule,
    ChatModule,
    RoostModule.forRoot({ path: '/ws', authenticate: SiteAuthenticator }),
  ],
  controllers: [FeedController, GameController],
  providers: [FeedGateway, GameGateway, Races],
})
export class AppModule {}
