import { Global, Module } from '@nestjs/common';
import { ChannelDirectory } from './channel-directory.js';
import { Channels } from './channels.js';
import { ChannelsController } from './channels.controller.js';
import { DirectoryController } from './directory.controller.js';
import { LobbyGateway } from './lobby.gateway.js';

@Global()
@Module({
  controllers: [ChannelsController, DirectoryController],
  providers: [ChannelDirectory, Channels, LobbyGateway],
  exports: [Channels],
})
export class ChannelsModule {}
