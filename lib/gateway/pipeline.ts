import type { ExceptionFilter, ExecutionContext, Type } from '@nestjs/common';
import {
  ContextIdFactory,
  type ApplicationConfig,
  type ContextId,
  type DiscoveryService,
  type ExternalContextCreator,
  type ModuleRef,
} from '@nestjs/core';
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  concat,
  defaultIfEmpty,
  defer,
  EmptyError,
  finalize,
  isObservable,
  lastValueFrom,
  Observable,
  Subject,
  Subscription,
  take,
} from 'rxjs';
import { RoostException } from '../protocol/index.js';
import type { RoostContext } from './context.js';
import { directHandler } from './direct-handler.js';
import { filterError, type Filters, type FilterToken } from './filters.js';
import { ACK_PARAMETER, BODY_PARAMETER, filtersOf, ROUTE_ARGUMENTS, SOCKET_PARAMETER } from './nest-metadata.js';

/** What Nest knows of a provider. */
export type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** What a handler's run is given, besides what its decorators ask for: in Nest's order of a WebSocket handler's arguments. */
type HandlerArguments = [client: unknown, data: unknown, context: RoostContext, event: string];

/**
 * Runs a handler inside Nest's pipeline.
 *
 * @throws {RoostException} and nothing else
 */
export type Handler = (...args: HandlerArguments) => Promise<unknown>;

export interface HandlerOptions {
  /** Whether guards are asked. */
  readonly guards: boolean;
  /** The result is handed over as it is, an Observable too, and interceptors have no part. @default false */
  readonly boxed?: boolean;
  /** Called before all else; what it throws refuses the run. */
  readonly before?: (context: RoostContext) => void;
}

type Method = (...args: unknown[]) => unknown;

const parameters = {
  exchangeKeyForValue(type: number, data: unknown, args: HandlerArguments): unknown {
    if (type === SOCKET_PARAMETER) return args[0];
    if (type === ACK_PARAMETER) return answering.getStore()?.ack;
    if (type !== BODY_PARAMETER) return undefined;
    const body = args[1] as Record<string, unknown> | null | undefined;
    return typeof data === 'string' && data !== '' ? body?.[data] : body;
  },
};

/**
 * Builds handlers that pass through Nest's guards, pipes, interceptors and exception filters, of the method, the class
 * and the app alike.
 */
export class Pipelines {
  readonly #requests = new WeakMap<RoostContext, ContextId>();

  constructor(
    private readonly creator: ExternalContextCreator,
    private readonly config: ApplicationConfig,
    private readonly moduleRef: ModuleRef,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  create(wrapper: Provider, methodName: string, options: HandlerOptions): Handler {
    const metatype = wrapper.metatype as Type<object>;
    const method = (metatype.prototype as Record<string, Method>)[methodName] as Method;
    const run = wrapper.isDependencyTreeStatic()
      ? this.#static(wrapper, methodName, options)
      : this.#requestScoped(wrapper, methodName, options);
    const own = [...filtersOf(metatype), ...filtersOf(method)] as Filters;
    const what = `${metatype.name}.${methodName}`;
    return async (...args) => {
      try {
        options.before?.(args[2]);
        const result = await run(args);
        if (result instanceof Box) return result.content;
        // Nest has waited for an Observable already; where it has no part, that is left to do.
        return isObservable(result) ? await lastValueFrom(result) : result;
      } catch (error) {
        // An interceptor that lets nothing through answers nothing.
        if (error instanceof EmptyError) return undefined;
        const filters = [...this.#globalFilters(), ...own].reverse();
        const refusal = await filterError(error, filters, hostOf(args, metatype, method), {
          resolve: (filter) => this.#filter(filter, args[2]),
          onError: this.onError,
        });
        if (refusal.code === 'INTERNAL') this.onError(error, what);
        throw refusal;
      }
    };
  }

  /** The gateway itself, or the one that is made for this run where it is request-scoped. */
  instanceOf<T extends object>(wrapper: Provider, context: RoostContext): T | Promise<T> {
    if (wrapper.isDependencyTreeStatic()) return wrapper.instance as T;
    return this.moduleRef.resolve<T>(wrapper.token as Type<T>, this.#requestOf(context), { strict: false });
  }

  #static(wrapper: Provider, methodName: string, options: HandlerOptions) {
    const instance = wrapper.instance as Record<string, Method>;
    const method = instance[methodName] as Method;
    const { guards, boxed = false } = options;
    const direct = directHandler<HandlerArguments>(
      instance,
      methodName,
      wrap(method, boxed ? box : firstAnswer),
      this.config,
      {
        guards,
        interceptors: !boxed,
        valueOf: (type, data, args) => parameters.exchangeKeyForValue(type, data, args),
        contextOf: (args) => hostOf(args, wrapper.metatype as Type, method),
      },
    );
    const run = direct ?? this.#context(instance, methodName, undefined, wrapper.id, options);
    return (args: HandlerArguments) => run(...args);
  }

  #requestScoped(wrapper: Provider, methodName: string, options: HandlerOptions) {
    return async (args: HandlerArguments) => {
      const id = this.#requestOf(args[2]);
      const instance = await this.instanceOf<Record<string, Method>>(wrapper, args[2]);
      return this.#context(instance, methodName, id, wrapper.id, options)(...args);
    };
  }

  #context(
    instance: Record<string, Method>,
    methodName: string,
    contextId: ContextId | undefined,
    inquirerId: string,
    { guards, boxed = false }: HandlerOptions,
  ): (...args: HandlerArguments) => Promise<unknown> {
    return this.creator.create(
      instance,
      wrap(instance[methodName] as Method, boxed ? box : firstAnswer),
      methodName,
      ROUTE_ARGUMENTS,
      parameters,
      contextId,
      inquirerId,
      { guards, interceptors: !boxed, filters: false },
      'ws',
    ) as (...args: HandlerArguments) => Promise<unknown>;
  }

  /** The request that Nest makes the run's request-scoped providers for; injected as `REQUEST`, it is the context. */
  #requestOf(context: RoostContext): ContextId {
    let id = this.#requests.get(context);
    if (id === undefined) {
      this.#requests.set(context, (id = ContextIdFactory.create()));
      this.moduleRef.registerRequestByContextId(context, id);
    }
    return id;
  }

  #globalFilters(): Filters {
    const scoped = this.config.getGlobalRequestFilters().map(({ token }) => token as FilterToken);
    return [...this.config.getGlobalFilters(), ...scoped];
  }

  async #filter(filter: FilterToken, context: RoostContext): Promise<ExceptionFilter> {
    try {
      return this.moduleRef.get<ExceptionFilter>(filter, { strict: false });
    } catch {
      return this.moduleRef.resolve<ExceptionFilter>(filter, this.#requestOf(context), { strict: false });
    }
  }
}

/** How the answers of an ordinary handler go out. */
export interface Answering {
  /** Takes what a stream goes on with after its first value, which is the answer. */
  readonly further: (rest: Observable<unknown>) => void;
  /** What the handler calls that asks for `@Ack()`. */
  readonly ack: (answer?: unknown) => void;
}

/** How the handler that runs is answered. Handlers of rooms have one answer, and nothing is set. */
export const answering = new AsyncLocalStorage<Answering>();

/** Hides an Observable from Nest, which would wait for its last value. */
class Box {
  constructor(readonly content: unknown) {}
}

function box(result: unknown): unknown {
  return new Box(result);
}

/** Nest waits for an Observable's last value, which may never come; a request has one answer, the first. */
function firstAnswer(result: unknown): unknown {
  if (result instanceof Promise) return result.then(firstAnswer);
  if (!isObservable(result)) return result;
  const further = answering.getStore()?.further;
  return further === undefined ? result.pipe(take(1), defaultIfEmpty(undefined)) : firstOf(result, further);
}

/** A stream's first value, and all others elsewhere, kept until somebody listens. The stream is subscribed to once. */
function firstOf(stream: Observable<unknown>, further: Answering['further']): Observable<unknown> {
  return new Observable((answer) => {
    const source = new Subscription();
    const later = new Subject<unknown>();
    const early: unknown[] = [];
    let listening = false;
    const rest = defer(() => {
      listening = true;
      return concat(early.splice(0), later).pipe(finalize(() => source.unsubscribe()));
    });
    let answered = false;
    const reply = (value: unknown): void => {
      answered = true;
      further(rest);
      answer.next(value);
      answer.complete();
    };
    source.add(
      stream.subscribe({
        next: (value) => {
          if (!answered) reply(value);
          else if (listening) later.next(value);
          else early.push(value);
        },
        error: (error: unknown) => (answered ? later.error(error) : answer.error(error)),
        complete: () => {
          later.complete();
          if (!answered) reply(undefined);
        },
      }),
    );
    return () => {
      if (!answered) source.unsubscribe();
    };
  });
}

/**
 * A method whose result is made into another.
 *
 * It inherits from the method, so that what decorators wrote down about the method is found on it.
 */
function wrap(method: Method, change: (result: unknown) => unknown): Method {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return change(method.apply(this, args));
  };
  Object.defineProperty(wrapper, 'name', { value: method.name });
  return Object.setPrototypeOf(wrapper, method) as Method;
}

function hostOf(args: HandlerArguments, metatype: Type, method: Method): ExecutionContext {
  const host = {
    getArgs: () => args,
    getArgByIndex: (index: number) => args[index],
    getType: () => 'ws',
    getClass: () => metatype,
    getHandler: () => method,
    switchToHttp: () => unsupported('HTTP'),
    switchToRpc: () => unsupported('RPC'),
    switchToWs: () => ({ getClient: () => args[0], getData: () => args[1], getPattern: () => args[3] }),
  };
  return host as unknown as ExecutionContext;
}

function unsupported(type: string): never {
  throw new RoostException('INTERNAL', `this is a WebSocket handler: there is no ${type} context`);
}
