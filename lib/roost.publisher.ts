import { Inject, Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { Turn } from './connection/turn.js';
import { RoostException } from './protocol/index.js';
import type { RoomDefinition } from './rooms/definition.js';
import { Rooms } from './rooms/rooms.js';
import { ErrorLog } from './roost.log.js';
import type { Store } from './store/store.js';
import { systemClock } from './time/clock.js';
import { TimerWheel } from './time/timer-wheel.js';

/** @publicApi */
export interface RoostPublisherOptions {
  /** What the process shares with the nodes that have the members. */
  store: Store;
  /** Bytes of the largest frame; as `limits.frame` of the nodes. @default 65_536 */
  frameLimit?: number;
}

/** Nobody joins here: what a room is, its nodes say. */
const ELSEWHERE: RoomDefinition = {
  pattern: '',
  retention: undefined,
  presence: 'list',
  presenceLimit: Number.POSITIVE_INFINITY,
  handlers: {
    resumes: false,
    has: () => false,
    join: () => Promise.reject(new RoostException('FORBIDDEN', 'this process has no gateways')),
    message: () => Promise.reject(new RoostException('FORBIDDEN', 'this process has no gateways')),
    resume: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  },
};

/** Speaks to rooms from a process without gateways. */
class Publisher {
  readonly rooms: Rooms;
  readonly #wheel: TimerWheel;
  readonly #turn: Turn;

  constructor(private readonly options: RoostPublisherOptions) {
    const errors = new ErrorLog();
    const onError = (error: unknown, what: string): void => errors.report(error, what);
    this.#wheel = new TimerWheel(systemClock, (error) => onError(error, 'timer'));
    this.#turn = new Turn(systemClock, 0);
    this.rooms = new Rooms(
      { store: options.store, wheel: this.#wheel, turn: this.#turn, onError, compressFrom: Number.POSITIVE_INFINITY },
      {
        frameLimit: options.frameLimit ?? 64 * 1024,
        date: () => Date.now(),
        prepare: () => {},
        otherwise: ELSEWHERE,
      },
    );
  }

  async close(): Promise<void> {
    this.rooms.close();
    this.#turn.close();
    this.#wheel.close();
    await this.options.store.close();
  }
}

/** @internal */
@Module({})
export class RoostPublisherModule implements OnModuleDestroy {
  readonly #publisher: Publisher;

  constructor(@Inject(Publisher) publisher: Publisher) {
    this.#publisher = publisher;
  }

  static with(options: RoostPublisherOptions): DynamicModule {
    return {
      module: RoostPublisherModule,
      global: true,
      providers: [
        { provide: Publisher, useFactory: () => new Publisher(options) },
        { provide: Rooms, inject: [Publisher], useFactory: ({ rooms }: Publisher) => rooms },
      ],
      exports: [Rooms],
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.#publisher.close();
  }
}
