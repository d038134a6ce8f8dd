import type { Type } from '@nestjs/common';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { RoostException } from '../protocol/index.js';
import type { Call, RoomDefinition, RoomHandlers } from '../rooms/definition.js';
import type { Session, SessionEndReason } from '../sessions/session.js';
import type { SessionHooks } from '../sessions/sessions.js';
import { STANDARD_RETENTION } from '../store/store.js';
import type { Clock } from '../time/clock.js';
import type { StreamDefinition } from '../streams/room-stream.js';
import { streamsOf } from './broadcast-stream.js';
import { RoostContext } from './context.js';
import {
  ROOM_GATEWAY,
  ROOM_HANDLERS,
  roomParamsOf,
  type HandlerMetadata,
  type RoomGatewayMetadata,
  type RoomGatewayOptions,
} from './decorators.js';
import { acknowledges, decoratedParameters, parameterCount } from './nest-metadata.js';
import type { Handler, Pipelines, Provider } from './pipeline.js';
import { RateLimiter, rateLimitsOf } from './rate-limit.js';

/**
 * Hooks of a session's life, for any `@RoomGateway` that wants them. They are called once for each session, whatever
 * rooms it is in; what they throw is logged.
 *
 * @publicApi
 */
export interface OnSessionOpen {
  onSessionOpen(session: Session): unknown;
}

/** @publicApi */
export interface OnSessionResume {
  onSessionResume(session: Session): unknown;
}

/** @publicApi */
export interface OnSessionEnd {
  onSessionEnd(session: Session, reason: SessionEndReason): unknown;
}

type Hook = 'onSessionOpen' | 'onSessionResume' | 'onSessionEnd';
type HookArguments = [session: Session, reason?: SessionEndReason];
type Hooks = Partial<Record<Hook, (...args: HookArguments) => unknown>>;

export interface RoomGatewayParts {
  readonly discovery: DiscoveryService;
  readonly pipelines: Pipelines;
  readonly clock: Clock;
  /** The client that a session is connected with, as `@ConnectedSocket()` gives it. */
  readonly clientOf: (session: Session) => unknown;
  readonly onError: (error: unknown, what: string) => void;
}

const NO_HISTORY = { size: 0, bytes: 0, ttl: 0 };
const PRESENCE_LIMIT = 200;

/** Whether a provider is the gateway of rooms. */
export function isRoomGateway(provider: Provider): boolean {
  return metadataOf(provider) !== undefined;
}

/** What one gateway declares. */
export interface RoomDeclaration {
  readonly definition: RoomDefinition;
  readonly streams: readonly StreamDefinition[];
}

/** Reads the app's `@RoomGateway` classes: what rooms there are, and what the app does in them. */
export class RoomGateways {
  readonly #scanner = new MetadataScanner();
  #found: readonly Provider[] | undefined;

  constructor(private readonly parts: RoomGatewayParts) {}

  /**
   * @throws {Error} where a gateway cannot work; the message names it and says what to do
   */
  declarations(): RoomDeclaration[] {
    this.parts.discovery.getProviders().forEach(checkRateLimits);
    return this.#gateways().map((provider) => ({
      definition: this.#define(provider),
      streams: streamsOf(provider, this.parts.pipelines, (method) => {
        const { pattern } = metadataOf(provider) as RoomGatewayMetadata;
        checkParameters(provider.metatype as Type<object>, method, pattern);
      }),
    }));
  }

  /** What the gateways want to hear of sessions. */
  hooks(): SessionHooks {
    const callOne = async (provider: Provider, hook: Hook, args: HookArguments): Promise<void> => {
      const metatype = provider.metatype as Type<object>;
      // None of the request-scoped ones is made for nothing.
      if (!provider.isDependencyTreeStatic() && !(hook in (metatype.prototype as object))) return;
      try {
        const context = new RoostContext(args[0], hook, undefined, undefined, {});
        const found = this.parts.pipelines.instanceOf<Hooks>(provider, context);
        const instance = found instanceof Promise ? await found : found;
        await instance[hook]?.(...args);
      } catch (error) {
        this.parts.onError(error, `${metatype.name}.${hook}`);
      }
    };
    const call = async (hook: Hook, ...args: HookArguments): Promise<void> => {
      await Promise.all(this.#gateways().map((provider) => callOne(provider, hook, args)));
    };
    return {
      open: (session) => call('onSessionOpen', session),
      resume: (session) => call('onSessionResume', session),
      end: (session, reason) => call('onSessionEnd', session, reason),
    };
  }

  #gateways(): readonly Provider[] {
    return (this.#found ??= this.parts.discovery.getProviders().filter(isRoomGateway));
  }

  #define(provider: Provider): RoomDefinition {
    const metatype = provider.metatype as Type<object>;
    const { pattern, options } = metadataOf(provider) as RoomGatewayMetadata;
    checkOptions(metatype.name, options);
    const { history = {}, presence = 'list', presenceLimit = PRESENCE_LIMIT } = options;
    return {
      pattern,
      owner: metatype.name,
      retention: history === false ? NO_HISTORY : { ...STANDARD_RETENTION, ...history },
      presence,
      presenceLimit,
      handlers: this.#handlers(provider, metatype, pattern),
    };
  }

  #handlers(provider: Provider, metatype: Type<object>, pattern: string): RoomHandlers {
    const prototype = metatype.prototype as Record<string, object>;
    const messages = new Map<string, Handler>();
    const single = new Map<HandlerMetadata['kind'], Handler>();
    for (const name of this.#scanner.getAllMethodNames(prototype)) {
      const found = Reflect.getMetadata(ROOM_HANDLERS, prototype[name] as object) as HandlerMetadata[] | undefined;
      for (const { kind, event } of found ?? []) {
        checkParameters(metatype, name, pattern);
        const limits = rateLimitsOf(prototype[name] as object);
        const limiter = limits.length > 0 ? new RateLimiter(limits, this.parts.clock) : undefined;
        const handler = this.parts.pipelines.create(provider, name, {
          guards: kind !== 'leave',
          ...(limiter !== undefined && { before: (context) => limiter.count(context) }),
        });
        const taken = event === undefined ? single.has(kind) : messages.has(event);
        if (taken) {
          const what =
            event === undefined ? `@On${kind[0]?.toUpperCase()}${kind.slice(1)}()` : `@OnMessage('${event}')`;
          throw new Error(`${metatype.name}.${name}: there is another ${what} in this gateway; keep one of them`);
        }
        if (event === undefined) single.set(kind, handler);
        else messages.set(event, handler);
      }
    }
    const run = async (handler: Handler | undefined, call: Call): Promise<unknown> => {
      const session = call.member as unknown as Session;
      const context = new RoostContext(session, call.event, call.data, call.room, call.params);
      return handler?.(this.parts.clientOf(session), call.data, context, call.event);
    };
    return {
      resumes: single.has('resume'),
      has: (event) => messages.has(event),
      join: (call) => run(single.get('join'), call),
      message: (call) => run(messages.get(call.event), call),
      resume: (call) => run(single.get('resume'), call),
      leave: async (call) => {
        try {
          await run(single.get('leave'), call);
        } catch (error) {
          // Failures of its own the pipeline has logged; a refusal has no effect here, and nobody else to tell.
          if (error instanceof RoostException && error.code === 'INTERNAL') return;
          this.parts.onError(error, `${metatype.name}: leave handler`);
        }
      },
    };
  }
}

function metadataOf({ metatype, isNotMetatype }: Provider): RoomGatewayMetadata | undefined {
  // A factory's `metatype` is its function, an alias has none.
  if (isNotMetatype || typeof metatype !== 'function') return undefined;
  return Reflect.getMetadata(ROOM_GATEWAY, metatype) as RoomGatewayMetadata | undefined;
}

/** A limit that would limit nothing is a mistake. */
function checkRateLimits(provider: Provider): void {
  const { metatype, isNotMetatype } = provider;
  if (isNotMetatype || typeof metatype !== 'function') return;
  const prototype = (metatype as Type<object>).prototype as Record<string, object> | undefined;
  if (prototype === undefined) return;
  for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
    const method = prototype[name] as object;
    if (rateLimitsOf(method).length === 0) continue;
    const handled = (Reflect.getMetadata(ROOM_HANDLERS, method) as HandlerMetadata[] | undefined) ?? [];
    const limited = handled.length > 0 && handled.every(({ kind }) => kind === 'join' || kind === 'message');
    if (limited && isRoomGateway(provider)) continue;
    throw new Error(
      `${metatype.name}.${name}: @RateLimit() is for @OnMessage() and @OnJoin() handlers of a @RoomGateway(); ` +
        'remove it, or let it stand on one of those',
    );
  }
}

const KNOWN = { options: ['history', 'presence', 'presenceLimit'], history: ['size', 'bytes', 'ttl'] } as const;

function checkOptions(gateway: string, options: RoomGatewayOptions): void {
  const fail = (option: string, problem: string): never => {
    throw new Error(`${gateway}: @RoomGateway() option \`${option}\` ${problem}`);
  };
  const checkNames = (given: object, known: readonly string[], parent: string): void => {
    const unknown = Object.keys(given).find((name) => !known.includes(name));
    if (unknown !== undefined) fail(parent + unknown, `is not known; there are ${known.join(', ')}`);
  };
  const { history, presence, presenceLimit } = options;
  checkNames(options, KNOWN.options, '');
  if (history !== undefined && history !== false) {
    if (typeof history !== 'object' || history === null) return fail('history', 'must be an object or false');
    checkNames(history, KNOWN.history, 'history.');
    for (const name of KNOWN.history) {
      const value = history[name];
      if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
        fail(`history.${name}`, 'must be a number from 0');
      }
    }
  }
  if (presence !== undefined && !['list', 'count', 'off'].includes(presence)) {
    fail('presence', "must be 'list', 'count' or 'off'");
  }
  if (presenceLimit !== undefined && !(Number.isSafeInteger(presenceLimit) && presenceLimit >= 0)) {
    fail('presenceLimit', 'must be a whole number from 0');
  }
}

function checkParameters(metatype: Type<object>, name: string, pattern: string): void {
  const decorated = decoratedParameters(metatype, name);
  const prototype = metatype.prototype as object;
  for (let index = 0; index < parameterCount(prototype, name); index++) {
    if (decorated.has(index)) continue;
    throw new Error(
      `${metatype.name}.${name}: parameter ${index + 1} has no decorator, so no pipe would check it; ` +
        'put @MessageBody(), @CurrentRoom(), @CurrentSession() or @RoomParam(name) before it',
    );
  }
  if (acknowledges(metatype, name)) {
    throw new Error(`${metatype.name}.${name}: @Ack() is for @SubscribeMessage(); return the answer instead`);
  }
  for (const param of roomParamsOf(prototype, name)) {
    if (pattern.split('/').includes(`:${param}`)) continue;
    throw new Error(`${metatype.name}.${name}: @RoomParam('${param}') is not a parameter of the pattern "${pattern}"`);
  }
}
