import type { ArgumentsHost } from '@nestjs/common';
import type { Room } from '../rooms/room.js';
import type { Session } from '../sessions/session.js';

/**
 * What a handler's run is about. Guards, interceptors, pipes and filters get it from their context:
 *
 * ```ts
 * canActivate(context: ExecutionContext) {
 *   const { session, room } = RoostContext.of(context);
 * ```
 *
 * @publicApi
 */
export class RoostContext {
  /** @internal */
  constructor(
    readonly session: Session,
    /** Name of the message, or `join`, `leave` or `resume`; in a hook of a session its method. */
    readonly event: string,
    /** What the client sent, before any pipe. */
    readonly data: unknown,
    /** The room; none for messages without one. */
    readonly room: Room | undefined,
    /** What the pattern's parameters stand for. */
    readonly params: Readonly<Record<string, string>>,
  ) {}

  /**
   * @throws {Error} where the handler is not one of Roost's
   */
  static of(host: ArgumentsHost): RoostContext {
    const context = RoostContext.find(host);
    if (context === undefined) throw new Error('RoostContext.of: this is not a handler that Roost runs');
    return context;
  }

  /** As {@link of}, for what runs elsewhere too: nothing where the handler is not one of Roost's. */
  static find(host: ArgumentsHost): RoostContext | undefined {
    return host.getArgs<unknown[]>().find((arg) => arg instanceof RoostContext);
  }
}
