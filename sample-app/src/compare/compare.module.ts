import { Module } from '@nestjs/common';
import { CompareController } from './compare.controller.js';
import { CompareGateway } from './compare.gateway.js';
import { EventsController } from './events.controller.js';
import { ExperimentGateway } from './experiment.gateway.js';
import { LongPollingController } from './long-polling.controller.js';
import { PollingController } from './polling.controller.js';
import { PostController } from './post.controller.js';
import { TrafficCounter } from './traffic.js';

/** One channel, followed four ways. */
@Module({
  controllers: [CompareController, PollingController, LongPollingController, EventsController, PostController],
  providers: [CompareGateway, ExperimentGateway, TrafficCounter],
})
export class CompareModule {}
