import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type DynamicModule,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import {
  ApplicationConfig,
  DiscoveryModule,
  DiscoveryService,
  ExternalContextCreator,
  HttpAdapterHost,
  ModuleRef,
} from '@nestjs/core';
import { Heartbeat } from './connection/heartbeat.js';
import type { Authenticate, Authenticator } from './gateway/authentication.js';
import { holdGatewayHooks } from './gateway/gateway-hooks.js';
import { gatewayPlace } from './gateway/nest-metadata.js';
import { OrdinaryGateways } from './gateway/ordinary-handlers.js';
import { Pipelines } from './gateway/pipeline.js';
import { isRoomGateway, RoomGateways } from './gateway/room-gateways.js';
import { RoostAdapter } from './roost.adapter.js';
import { RoostMetrics } from './roost.metrics.js';
import { RoostNode } from './roost.node.js';
import {
  RoostPublisherModule,
  type RoostPublisherAsyncOptions,
  type RoostPublisherOptions,
} from './roost.publisher.js';
import { resolveOptions, type RoostOptions, type RoostOptionsFactory } from './roost.options.js';
import { Rooms } from './rooms/rooms.js';
import { Sessions } from './sessions/sessions.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<RoostOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createRoostOptions' satisfies keyof RoostOptionsFactory)
    .build();

function createNode(
  options: RoostOptions,
  discovery: DiscoveryService,
  creator: ExternalContextCreator,
  config: ApplicationConfig,
  moduleRef: ModuleRef,
): RoostNode {
  const resolved = resolveOptions(options);
  return new RoostNode(resolved, authenticatorOf(resolved.authenticate, moduleRef), (node) => {
    const onError = (error: unknown, what: string) => node.report(error, what);
    const serves = (metatype: object): boolean => {
      const place = gatewayPlace(metatype);
      return place !== undefined && place.port === 0 && node.servesPath(place.path);
    };
    const pipelines = new Pipelines(creator, config, moduleRef, onError);
    const gateways = new RoomGateways({
      discovery,
      pipelines,
      clock: resolved.clock,
      clientOf: (session) => node.clientOf(session.connection),
      onError,
    });
    return {
      prepare: () => holdGatewayHooks({ discovery, serves, onError }),
      rooms: () => gateways.declarations(),
      hooks: gateways.hooks(),
      ordinary: new OrdinaryGateways({
        discovery,
        pipelines,
        clientOf: (connection) => node.clientOf(connection),
        boundTo: (connection) => {
          const client = node.clientOf(connection);
          return client === undefined ? [] : node.boundTo(client);
        },
        serves,
        onError,
      }),
    };
  });
}

/** A class is asked for when it is first needed: it may be a provider that is made after this module. */
function authenticatorOf(given: RoostOptions['authenticate'], moduleRef: ModuleRef): Authenticate | undefined {
  if (given === undefined || !isAuthenticatorClass(given)) return given;
  return async (handshake) => {
    const authenticator = await moduleRef.resolve(given, undefined, { strict: false }).catch(() => {
      return moduleRef.get(given, { strict: false });
    });
    return authenticator.authenticate(handshake);
  };
}

function isAuthenticatorClass(given: NonNullable<RoostOptions['authenticate']>): given is Type<Authenticator> {
  const prototype = given.prototype as Partial<Authenticator> | undefined;
  return typeof prototype?.authenticate === 'function';
}

/**
 * Mounts Roost in a Nest app:
 *
 * ```ts
 * @Module({ imports: [RoostModule.forRoot({ path: '/ws' })], providers: [ChatGateway] })
 * ```
 *
 * `Rooms`, `Sessions`, `Heartbeat` and `RoostMetrics` can then be injected anywhere.
 *
 * @publicApi
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: RoostNode,
      inject: [MODULE_OPTIONS_TOKEN, DiscoveryService, ExternalContextCreator, ApplicationConfig, ModuleRef],
      useFactory: createNode,
    },
    { provide: Rooms, inject: [RoostNode], useFactory: (node: RoostNode) => node.rooms },
    { provide: Sessions, inject: [RoostNode], useFactory: (node: RoostNode) => node.sessions },
    { provide: Heartbeat, inject: [RoostNode], useFactory: (node: RoostNode) => node.heartbeat },
    { provide: RoostMetrics, inject: [RoostNode], useFactory: (node: RoostNode) => node.metrics },
  ],
  exports: [Rooms, Sessions, Heartbeat, RoostMetrics],
})
export class RoostModule extends ConfigurableModuleClass implements OnModuleInit, OnModuleDestroy {
  readonly #node: RoostNode;
  readonly #config: ApplicationConfig;
  readonly #host: HttpAdapterHost;
  readonly #discovery: DiscoveryService;

  /** @internal */
  constructor(
    @Inject(RoostNode) node: RoostNode,
    @Inject(ApplicationConfig) config: ApplicationConfig,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(DiscoveryService) discovery: DiscoveryService,
    @Inject(ModuleRef) moduleRef: ModuleRef,
  ) {
    super();
    this.#node = node;
    this.#config = config;
    this.#host = host;
    this.#discovery = discovery;
    if (this.#adapter === undefined && this.#gateways.length > 0) {
      config.setIoAdapter(
        new RoostAdapter({
          get: moduleRef.get.bind(moduleRef),
          getHttpServer: () => host.httpAdapter.getHttpServer() as unknown,
        }),
      );
    }
  }

  /** @param options see {@link RoostOptions} */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return { ...super.forRoot(options), global: true };
  }

  /** As `forRoot`, with options that the app makes: `useFactory`, `useClass` or `useExisting`. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return { ...super.forRootAsync(options), global: true };
  }

  /**
   * For a process without gateways, as a worker or an app that only speaks HTTP: `Rooms` can be injected, and what is
   * broadcast reaches the members on all nodes with the same store.
   *
   * ```ts
   * @Module({ imports: [RoostModule.forPublisher({ store: redisStore({ url }) })] })
   * ```
   */
  static forPublisher(options: RoostPublisherOptions): DynamicModule {
    return { ...RoostPublisherModule.forPublisher(options), global: true };
  }

  /** As `forPublisher`, with options that the app makes: `useFactory`, `useClass` or `useExisting`. */
  static forPublisherAsync(options: RoostPublisherAsyncOptions): DynamicModule {
    return { ...RoostPublisherModule.forPublisherAsync(options), global: true };
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    const mounted = this.#discovery.getProviders().filter(({ token }) => token === RoostNode).length;
    if (mounted > 1) {
      throw new Error('RoostModule.forRoot() is imported twice; import it once, its providers are global');
    }
    // A worker without an HTTP server has gateways that nobody connects to.
    if (this.#host.httpAdapter !== undefined && this.#host.httpAdapter !== null && this.#gateways.length > 0) {
      this.#checkAdapter();
    }
    this.#node.start();
    const { authenticate } = this.#node.options;
    if (authenticate !== undefined && isAuthenticatorClass(authenticate)) this.#checkAuthenticator(authenticate);
    await this.#node.sessions.start();
  }

  /** @internal */
  async onModuleDestroy(): Promise<void> {
    await this.#node.close();
  }

  /**
   * Lets nobody in any more, tells each client when to come back, and closes their connections with 1012. Closing the
   * app does so too, but after the app's own `onModuleDestroy` hooks: call it before `app.close()` where those take
   * away what handlers need.
   */
  async drain(): Promise<void> {
    await this.#node.drain();
  }

  get #adapter(): unknown {
    return (this.#config.getIoAdapter() as unknown) ?? undefined;
  }

  get #gateways(): string[] {
    return this.#discovery
      .getProviders()
      .filter(isRoomGateway)
      .map(({ name }) => String(name));
  }

  #checkAdapter(): void {
    if (this.#adapter instanceof RoostAdapter) return;
    throw new Error(
      `${this.#gateways.join(', ')}: @RoomGateway() needs Roost's adapter; remove the call of ` +
        'app.useWebSocketAdapter(), or give it `new RoostAdapter(app)` or a class that extends it',
    );
  }

  #checkAuthenticator(authenticate: Type<Authenticator>): void {
    const provided = this.#discovery.getProviders().some(({ token }) => token === authenticate);
    if (provided) return;
    throw new Error(
      `RoostModule: option \`authenticate\`: ${authenticate.name} is not a provider; ` +
        'add it to the `providers` of a module',
    );
  }
}
