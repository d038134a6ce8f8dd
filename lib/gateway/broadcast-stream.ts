import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import type { BroadcastData, BroadcastEvent } from '../protocol/index.js';
import type { Session } from '../sessions/session.js';
import { streamOptionFault, type BroadcastStreamOptions } from '../streams/options.js';
import type { StreamDefinition } from '../streams/room-stream.js';
import { isSource, type StreamSource } from '../streams/source.js';
import { RoostContext } from './context.js';
import type { Pipelines, Provider } from './pipeline.js';

const STREAM = Symbol('roost:broadcast-stream');

interface StreamMetadata {
  readonly event: string;
  readonly options: BroadcastStreamOptions;
}

/** What a method of a stream may return: an Observable, an AsyncIterable, or a promise of one. */
type Streamed<T> = StreamSource<T> | Promise<StreamSource<T>>;

/** Takes methods that give values of this type. */
type StreamDecorator<T> = <M extends (...args: never[]) => Streamed<T>>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Broadcasts what a method's Observable (or AsyncIterable) gives, to the room that it is called for:
 *
 * ```ts
 * @BroadcastStream('viewers', { sample: 1_000 })
 * viewers(@CurrentRoom() room: Room) {
 *   return room.presence$.pipe(map(({ count }) => count));
 * }
 * ```
 *
 * It is subscribed with a room's first member and unsubscribed with the last, once for all of them. A slow member slows
 * neither the source nor the others. Guards and interceptors have no part in it: there is no client that asks.
 *
 * The compiler checks the values where it is told their type, and the event too where it is told the contract:
 * `@BroadcastStream<number>('viewers')`, `@BroadcastStream<FeedContract, 'viewers'>('viewers')`.
 *
 * @publicApi
 */
export function BroadcastStream<T>(event: string, options?: BroadcastStreamOptions<T>): StreamDecorator<T>;
export function BroadcastStream<C extends object, E extends BroadcastEvent<C>>(
  event: E,
  options?: BroadcastStreamOptions<BroadcastData<C, E>>,
): StreamDecorator<BroadcastData<C, E>>;
export function BroadcastStream(event: string, options: BroadcastStreamOptions = {}): StreamDecorator<unknown> {
  if (typeof event !== 'string') throw new TypeError('@BroadcastStream(event): the event must be a string');
  const fault = streamOptionFault(options);
  if (fault !== undefined) throw new TypeError(`@BroadcastStream('${event}'): ${fault}`);
  return (_target, _property, descriptor) => {
    Reflect.defineMetadata(STREAM, { event, options }, descriptor.value as object);
  };
}

/**
 * The streams that a gateway declares.
 *
 * @throws {Error} where they cannot work
 */
export function streamsOf(
  provider: Provider,
  pipelines: Pipelines,
  check: (method: string) => void,
): StreamDefinition[] {
  const metatype = provider.metatype as Type<object>;
  const prototype = metatype.prototype as Record<string, object>;
  const streams: StreamDefinition[] = [];
  for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
    const found = Reflect.getMetadata(STREAM, prototype[name] as object) as StreamMetadata | undefined;
    if (found === undefined) continue;
    if (!provider.isDependencyTreeStatic()) {
      throw new Error(`${metatype.name}.${name}: @BroadcastStream() needs a gateway that is not request-scoped`);
    }
    check(name);
    const run = pipelines.create(provider, name, { guards: false, boxed: true });
    streams.push({
      ...found,
      open: async (room) => {
        // A stream is nobody's: there is no session in its context.
        const context = new RoostContext(undefined as unknown as Session, found.event, undefined, room, room.params);
        const source = await run(undefined, undefined, context, found.event);
        if (isSource(source)) return source;
        throw new TypeError(`${metatype.name}.${name} must return an Observable or an AsyncIterable`);
      },
    });
  }
  return streams;
}
