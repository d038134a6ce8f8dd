import { tap, Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { AnyContract, BroadcastData, BroadcastEvent } from '../protocol/index.js';
import type { Room } from '../rooms/room.js';
import type { BroadcastToOptions } from './options.js';
import { overflow } from './overflow.js';

/**
 * Broadcasts the values of an Observable to a room, from when it is subscribed until it is unsubscribed or ends:
 *
 * ```ts
 * price$.pipe(broadcastTo(this.rooms.get('feed/prices'), 'price', { latest: true })).subscribe();
 * ```
 *
 * What comes out is what has been sent. A value that cannot be sent (too large, say) is logged and passed over. Give the
 * subscription an end, or an `error` handler: an Observable's error without one ends the process.
 *
 * @throws {StreamOverflowError} as an error of the Observable, where more values come than `buffer` holds
 * @publicApi
 */
export function broadcastTo<C extends object = AnyContract, E extends BroadcastEvent<C> = BroadcastEvent<C>>(
  room: Room<C>,
  event: E,
  options: BroadcastToOptions<BroadcastData<C, E>> = {},
): MonoTypeOperatorFunction<BroadcastData<C, E>> {
  const ephemeral = options.durable !== true;
  return (source: Observable<BroadcastData<C, E>>) =>
    source.pipe(
      overflow(options),
      // The room logs a broadcast that fails.
      tap((value) => void send(room, event, value, ephemeral).catch(() => undefined)),
    );
}

function send<C extends object, E extends BroadcastEvent<C>>(
  room: Room<C>,
  event: E,
  value: BroadcastData<C, E>,
  ephemeral: boolean,
): Promise<unknown> {
  return ephemeral ? room.broadcast(event, value, { ephemeral: true }) : room.broadcast(event, value);
}
