import { Global, Module } from '@nestjs/common';
import { Channels } from './channels.js';
import { ChannelsController } from './channels.controller.js';
import { LobbyGateway } from './lobby.gateway.js';

@Global()
@Module({ controllers: [ChannelsController], providers: [Channels, LobbyGateway], exports: [Channels] })
export class ChannelsModule {}
