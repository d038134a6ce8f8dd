import 'reflect-metadata';
import {
  Catch,
  createParamDecorator,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import * as websockets from '@nestjs/websockets';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

/**
 * How Nest's own decorators write down what they say. The keys are not public, so they are learned by applying the
 * decorators to a class and looking.
 */

class Filter implements ExceptionFilter {
  catch(_exception: unknown, _host: ArgumentsHost): void {}
}
Catch(Error)(Filter);

const guard: CanActivate = { canActivate: () => true };
const pipe: PipeTransform = { transform: (value: unknown) => value };
const interceptor: NestInterceptor = { intercept: (_context, next) => next.handle() };
const factory = (): unknown => undefined;

class Probe {
  handler(_socket: unknown, _body: unknown, _ack: unknown, _own: unknown): void {}
}
const descriptor = Object.getOwnPropertyDescriptor(Probe.prototype, 'handler') as PropertyDescriptor;
WebSocketGateway(4321, { path: '/probe' })(Probe);
SubscribeMessage('probe')(Probe.prototype, 'handler', descriptor);
UseFilters(new Filter())(Probe.prototype, 'handler', descriptor);
UseGuards(guard)(Probe.prototype, 'handler', descriptor);
UsePipes(pipe)(Probe.prototype, 'handler', descriptor);
UseInterceptors(interceptor)(Probe.prototype, 'handler', descriptor);
ConnectedSocket()(Probe.prototype, 'handler', 0);
MessageBody()(Probe.prototype, 'handler', 1);
// Not in all versions of Nest 11, so it cannot be imported by name.
(websockets as { Ack?: () => ParameterDecorator }).Ack?.()(Probe.prototype, 'handler', 2);

createParamDecorator(factory)('data', pipe)(Probe.prototype, 'handler', 3);

const handler: unknown = Probe.prototype.handler;

/** Of a class: method name → its decorated parameters, each under a key that begins with the parameter's type. */
export const ROUTE_ARGUMENTS = keyWhere(Probe, (value) => isRecord(value) && '0:0' in value, 'handler');
seeFactory();
/** Of a method or class: its exception filters. */
const FILTERS = keyWhere(handler, (value) => Array.isArray(value) && value[0] instanceof Filter);
/** Of a method or class: its guards, pipes and interceptors. */
const GUARDS = keyWhere(handler, (value) => Array.isArray(value) && value[0] === guard);
const PIPES = keyWhere(handler, (value) => Array.isArray(value) && value[0] === pipe);
const INTERCEPTORS = keyWhere(handler, (value) => Array.isArray(value) && value[0] === interceptor);
/** Of a filter: the exceptions it catches. */
const CATCHES = keyWhere(Filter, (value) => Array.isArray(value) && value[0] === Error);
/** Of a gateway: its options. */
const OPTIONS = keyWhere(Probe, (value) => isRecord(value) && value['path'] === '/probe');
/** Of a gateway: its port. */
const PORT = keyWhere(Probe, (value) => value === 4321);
/** Of a gateway: that it is one. */
const GATEWAY = keyWhere(Probe, (value) => value === true);
/** Of a method: the event it is subscribed to. */
const EVENT = keyWhere(handler, (value) => value === 'probe');
/** The type of the socket among parameters. */
export const SOCKET_PARAMETER = parameterType(0);
/** The type of the body among parameters. */
export const BODY_PARAMETER = parameterType(1);

/** The type of the acknowledgement among parameters; nothing where this Nest has none. */
export const ACK_PARAMETER = 'Ack' in websockets ? parameterType(2) : undefined;

/** Where a gateway, ordinary or of rooms, is served: port 0 is the app's own. Nothing where the class is none. */
export function gatewayPlace(
  metatype: object,
): { readonly port: number; readonly path: string | undefined } | undefined {
  if (Reflect.getMetadata(GATEWAY, metatype) !== true) return undefined;
  const options = Reflect.getMetadata(OPTIONS, metatype) as { path?: string } | undefined;
  return { port: (Reflect.getMetadata(PORT, metatype) as number | undefined) ?? 0, path: options?.path };
}

/** The event that a method is subscribed to with `@SubscribeMessage`. */
export function subscribedEvent(method: object): string | undefined {
  return Reflect.getMetadata(EVENT, method) as string | undefined;
}

/** Filters as given to `@UseFilters`: instances, or classes that Nest makes. */
export function filtersOf(target: object): readonly (ExceptionFilter | Type<ExceptionFilter>)[] {
  return (Reflect.getMetadata(FILTERS, target) as (ExceptionFilter | Type<ExceptionFilter>)[] | undefined) ?? [];
}

/** Exceptions a filter catches; none listed means all. */
export function caughtBy(filter: ExceptionFilter): readonly Type<unknown>[] {
  return (Reflect.getMetadata(CATCHES, filter.constructor) as Type<unknown>[] | undefined) ?? [];
}

/** Whether a method or class has guards, pipes or interceptors of its own. */
export function enhancersOf(target: object): {
  readonly guards: boolean;
  readonly pipes: boolean;
  readonly interceptors: boolean;
} {
  const has = (key: string): boolean => ((Reflect.getMetadata(key, target) as unknown[] | undefined) ?? []).length > 0;
  return { guards: has(GUARDS), pipes: has(PIPES), interceptors: has(INTERCEPTORS) };
}

/** A parameter of a handler, as its decorator says. */
export interface HandlerParameter {
  readonly index: number;
  readonly data: unknown;
  readonly pipes: readonly unknown[];
  /** Of a decorator that was made with `createParamDecorator`. */
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
}

/** A method's decorated parameters, each with which of Nest's own it is. */
export function parametersOf(metatype: object, method: string): readonly (readonly [number, HandlerParameter])[] {
  const args = (Reflect.getMetadata(ROUTE_ARGUMENTS, metatype, method) ?? {}) as Record<string, HandlerParameter>;
  return Object.entries(args).map(([key, parameter]) => [Number(key.split(':')[0]), parameter]);
}

/** Whether a method answers by calling its `@Ack()`. */
export function acknowledges(metatype: object, method: string): boolean {
  return parametersOf(metatype, method).some(([type]) => type === ACK_PARAMETER);
}

/** Positions of a method's decorated parameters. */
export function decoratedParameters(metatype: object, method: string): ReadonlySet<number> {
  return new Set(parametersOf(metatype, method).map(([, { index }]) => index));
}

/** How many parameters a method has. */
export function parameterCount(prototype: object, method: string): number {
  const types = Reflect.getMetadata('design:paramtypes', prototype, method) as unknown[] | undefined;
  // `length` stops at the first parameter with a default.
  return types?.length ?? (prototype as Record<string, { length: number }>)[method]?.length ?? 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function keyWhere(target: unknown, fits: (value: unknown) => boolean, property?: string): string {
  const keys = (
    property === undefined
      ? Reflect.getMetadataKeys(target as object)
      : Reflect.getMetadataKeys(target as object, property)
  ) as string[];
  const found = keys.find((key) =>
    fits(
      property === undefined
        ? Reflect.getMetadata(key, target as object)
        : Reflect.getMetadata(key, target as object, property),
    ),
  );
  if (found === undefined)
    throw new Error('nestjs-roost does not know this version of Nest: a decorator leaves no trace');
  return found;
}

function parameterType(index: number): number {
  const args = Reflect.getMetadata(ROUTE_ARGUMENTS, Probe, 'handler') as Record<string, { index: number }>;
  const key = Object.keys(args).find((name) => args[name]?.index === index);
  return Number(key?.split(':')[0]);
}

/** Sees to it that this Nest writes down parameter decorators as {@link parametersOf} reads them. */
function seeFactory(): void {
  const [, own] = parametersOf(Probe, 'handler').find(([, { index }]) => index === 3) ?? [];
  if (own?.factory === factory && own.data === 'data' && own.pipes[0] === pipe) return;
  throw new Error('nestjs-roost does not know this version of Nest: a parameter decorator leaves another trace');
}
