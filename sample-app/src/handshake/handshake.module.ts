import { Module } from '@nestjs/common';
import { Exchanges } from './exchanges.js';
import { HandshakeController } from './handshake.controller.js';
import { HandshakeGateway } from './handshake.gateway.js';

@Module({ controllers: [HandshakeController], providers: [Exchanges, HandshakeGateway] })
export class HandshakeModule {}
