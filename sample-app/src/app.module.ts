import { Module } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { ChatController } from './chat/chat.controller.js';
import { ChatGateway } from './chat/chat.gateway.js';
import { ChatPage } from './chat/chat.page.js';
import { NicknameAuthenticator } from './people/nickname.authenticator.js';

@Module({
  imports: [RoostModule.forRoot({ path: '/ws', authenticate: NicknameAuthenticator })],
  controllers: [ChatController],
  providers: [ChatGateway, ChatPage, NicknameAuthenticator],
})
export class AppModule {}
