import { Module } from '@nestjs/common';
import { OperationsController } from './operations.controller.js';
import { OperationsGateway } from './operations.gateway.js';
import { Reporter } from './reporter.js';

@Module({ controllers: [OperationsController], providers: [OperationsGateway, Reporter] })
export class OperationsModule {}
