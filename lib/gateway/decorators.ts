import { applyDecorators, createParamDecorator, SetMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import type { PresenceMode } from '../rooms/settings.js';
import { RoostContext } from './context.js';

/**
 * What belongs to the rooms of one pattern.
 *
 * @publicApi
 */
export interface RoomGatewayOptions {
  /** How much of each room's log is kept; `false` keeps nothing. */
  history?:
    | {
        /** Entries. @default 500 */
        size?: number;
        /** Bytes, estimated. @default 4_194_304 */
        bytes?: number;
        /** Milliseconds. @default 600_000 */
        ttl?: number;
      }
    | false;
  /**
   * How members are told who is in the room.
   * @default 'list'
   */
  presence?: PresenceMode;
  /**
   * Members up to which `list` tells names; in a larger room it counts.
   * @default 200
   */
  presenceLimit?: number;
}

/** What a method does in its rooms. */
export type HandlerKind = 'join' | 'message' | 'resume' | 'leave';

export interface HandlerMetadata {
  readonly kind: HandlerKind;
  /** Of a message. */
  readonly event?: string;
}

export interface RoomGatewayMetadata {
  readonly pattern: string;
  readonly options: RoomGatewayOptions;
}

export const ROOM_GATEWAY = Symbol('roost:room-gateway');
export const ROOM_HANDLERS = Symbol('roost:room-handlers');

/** Path of room gateways, until the adapter puts Roost's own in its place. It is no path that a request can have. */
export const ROOST_PATH = 'roost:path';

/**
 * Makes a class the gateway of all rooms whose names match a pattern.
 *
 * ```ts
 * @RoomGateway('chat/:channel', { history: { size: 500 }, presence: 'list' })
 * ```
 *
 * A pattern's segments are parted by `/`; `:name` stands for one segment. Where two patterns fit, a static segment wins
 * over a parameter; two that match the same rooms are refused when the app starts.
 *
 * It is a WebSocket gateway of Nest's too: `@SubscribeMessage`, `@WebSocketServer` and the lifecycle hooks work as ever.
 *
 * @publicApi
 */
export function RoomGateway(pattern: string, options: RoomGatewayOptions = {}): ClassDecorator {
  return applyDecorators(
    WebSocketGateway({ path: ROOST_PATH }),
    SetMetadata<symbol, RoomGatewayMetadata>(ROOM_GATEWAY, { pattern, options }),
    // Without it Nest passes over request-scoped APP_GUARDs on static gateways, as if they had said yes.
    SetMetadata('__entryProvider__', true),
  );
}

/**
 * Marks the method that lets a session into a room. What it returns is `data` of `joined`; throwing refuses. Without
 * one everybody may join.
 *
 * @publicApi
 */
export function OnJoin(): MethodDecorator {
  return handles({ kind: 'join' });
}

/**
 * Marks the handler of a room's message. It runs for members only; what it returns, or the first value of what it
 * returns, answers the client.
 *
 * @publicApi
 */
export function OnMessage(event: string): MethodDecorator {
  if (typeof event !== 'string') throw new TypeError('@OnMessage(event): the event must be a string');
  return handles({ kind: 'message', event });
}

/**
 * Marks the method that is asked again when a session comes back to a room that it is in. Throwing takes it out of the
 * room; so does not answering within `timeouts.resume`.
 *
 * @publicApi
 */
export function OnResume(): MethodDecorator {
  return handles({ kind: 'resume' });
}

/**
 * Marks the method that is told, once, that a session has left a room. Its `@MessageBody()` is `{ reason }`. Guards are
 * not asked, since nobody can refuse to have left; what it throws is logged.
 *
 * @publicApi
 */
export function OnLeave(): MethodDecorator {
  return handles({ kind: 'leave' });
}

/** The room, as a `Room`. @publicApi */
export const CurrentRoom = untransformed((context) => {
  if (context.room === undefined) throw new Error('@CurrentRoom() stands where there is no room');
  return context.room;
});

/** The session, as a `Session`. @publicApi */
export const CurrentSession = untransformed((context) => {
  if (context.session === undefined) throw new Error('@CurrentSession() stands where there is no session');
  return context.session;
});

const roomParam = createParamDecorator((name: string, host) => RoostContext.of(host).params[name]);

/**
 * What a parameter of the room's pattern stands for, as a string, or as its pipes make it.
 *
 * @publicApi
 */
export function RoomParam(name: string, ...pipes: (Type<PipeTransform> | PipeTransform)[]): ParameterDecorator {
  return (target, property, index) => {
    if (property !== undefined) remember(target, property, name);
    roomParam(name, ...pipes)(target, property, index);
  };
}

const ROOM_PARAMS = Symbol('roost:room-params');

/** Names that `@RoomParam` asks for in a method. */
export function roomParamsOf(prototype: object, method: string): readonly string[] {
  return (Reflect.getMetadata(ROOM_PARAMS, prototype, method) as string[] | undefined) ?? [];
}

function remember(target: object, property: string | symbol, name: string): void {
  const names = (Reflect.getMetadata(ROOM_PARAMS, target, property) as string[] | undefined) ?? [];
  Reflect.defineMetadata(ROOM_PARAMS, [...names, name], target, property);
}

function handles(metadata: HandlerMetadata): MethodDecorator {
  return (_target, _property, descriptor) => {
    const method = descriptor.value as object;
    const others = (Reflect.getMetadata(ROOM_HANDLERS, method) as HandlerMetadata[] | undefined) ?? [];
    Reflect.defineMetadata(ROOM_HANDLERS, [...others, metadata], method);
  };
}

/** A parameter that no pipe is to look at: a global `ValidationPipe` may clone and check what it is given, by its type. */
function untransformed(pick: (context: RoostContext) => unknown): () => ParameterDecorator {
  const decorate = createParamDecorator((_data: unknown, host) => pick(RoostContext.of(host)));
  return () => (target, property, index) => {
    decorate()(target, property, index);
    const types = property && (Reflect.getMetadata('design:paramtypes', target, property) as unknown[] | undefined);
    // The compiler applies a parameter's decorators after it has written down the types.
    if (types) types[index] = Object;
  };
}
