import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { broadcastTo, Rooms, RoostMetrics } from 'nestjs-roost';
import { interval, map, pairwise, startWith, type Subscription } from 'rxjs';
import { guestName } from '../people/guest-name.js';
import { figuresOf, type Reading } from './figures.js';
import { PERIOD, type OperationsContract } from './operations.contract.js';

/** Tells this node's figures to the room that all nodes share, whether or not anybody looks: the last minutes are kept. */
@Injectable()
export class Reporter implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #node = process.env['NODE_NAME'] ?? guestName();
  #reports: Subscription | undefined;

  constructor(
    private readonly metrics: RoostMetrics,
    private readonly rooms: Rooms,
  ) {}

  onApplicationBootstrap(): void {
    this.#reports = interval(PERIOD)
      .pipe(
        map(() => this.#read()),
        startWith(this.#read()),
        pairwise(),
        map(([before, now]) => figuresOf(this.#node, before, now)),
        broadcastTo(this.rooms.get<OperationsContract>('operations'), 'figures', { durable: true }),
      )
      .subscribe();
  }

  onModuleDestroy(): void {
    this.#reports?.unsubscribe();
  }

  #read(): Reading {
    return { at: performance.now(), counters: this.metrics.counters(), gauges: this.metrics.gauges() };
  }
}
