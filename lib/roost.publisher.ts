import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type ConfigurableModuleAsyncOptions,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Turn } from './connection/turn.js';
import { RoostException } from './protocol/index.js';
import type { RoomDefinition } from './rooms/definition.js';
import { Rooms } from './rooms/rooms.js';
import { ErrorLog } from './roost.log.js';
import { checkStore, RoostOptionError } from './roost.options.js';
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

/** @publicApi */
export interface RoostPublisherOptionsFactory {
  createRoostPublisherOptions(): RoostPublisherOptions | Promise<RoostPublisherOptions>;
}

/** @publicApi */
export type RoostPublisherAsyncOptions = ConfigurableModuleAsyncOptions<
  RoostPublisherOptions,
  'createRoostPublisherOptions'
>;

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

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<RoostPublisherOptions>()
  .setClassMethodName('forPublisher')
  .setFactoryMethodName('createRoostPublisherOptions' satisfies keyof RoostPublisherOptionsFactory)
  .build();

/** @internal */
@Module({
  providers: [
    {
      provide: Publisher,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: RoostPublisherOptions) => new Publisher(checkOptions(options)),
    },
    { provide: Rooms, inject: [Publisher], useFactory: ({ rooms }: Publisher) => rooms },
  ],
  exports: [Rooms],
})
export class RoostPublisherModule extends ConfigurableModuleClass implements OnModuleDestroy {
  readonly #publisher: Publisher;

  constructor(@Inject(Publisher) publisher: Publisher) {
    super();
    this.#publisher = publisher;
  }

  async onModuleDestroy(): Promise<void> {
    await this.#publisher.close();
  }
}

/** A factory may have returned anything. */
function checkOptions(options: RoostPublisherOptions): RoostPublisherOptions {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('RoostModule.forPublisher(): the options must be an object');
  }
  const known = ['store', 'frameLimit'];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RoostOptionError(unknown, `is not known; there are ${known.join(', ')}`);
  const { store, frameLimit } = options;
  if ((store as unknown) === undefined) throw new RoostOptionError('store', 'is missing: nobody else would hear');
  checkStore(store);
  if (frameLimit !== undefined && !(Number.isFinite(frameLimit) && frameLimit > 0)) {
    throw new RoostOptionError('frameLimit', 'must be a number above 0');
  }
  return options;
}
