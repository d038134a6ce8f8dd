import type { Type } from '@nestjs/common';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import type { WsMessageHandler } from '@nestjs/common';
import { catchError, EMPTY, Subscription, tap, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { RoostException, type MessageFrame } from '../protocol/index.js';
import type { OrdinaryHandlers } from '../sessions/requests.js';
import type { Session } from '../sessions/session.js';
import { RoostContext } from './context.js';
import { acknowledges, subscribedEvent } from './nest-metadata.js';
import { answering, type Handler, type Pipelines, type Provider } from './pipeline.js';

/** A handler as Nest has bound it to one client: with its own pipeline, answering in its own way. */
export interface BoundHandlers {
  readonly handlers: ReadonlyMap<string, WsMessageHandler>;
  readonly transform: (data: unknown) => Observable<unknown>;
}

/** A handler in Roost's own pipeline. */
interface Ordinary {
  readonly handler: Handler;
  /** Whether it answers by calling its `@Ack()`. */
  readonly acknowledges: boolean;
}

export interface OrdinaryParts {
  readonly discovery: DiscoveryService;
  readonly pipelines: Pipelines;
  /** The client of a connection, as gateways know it. */
  readonly clientOf: (connection: Connection) => unknown;
  /** What Nest has bound to that client. */
  readonly boundTo: (connection: Connection) => readonly BoundHandlers[];
  /** Whether a class is a gateway on Roost's server. */
  readonly serves: (metatype: object) => boolean;
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * Messages without a room: `@SubscribeMessage` handlers of gateways on Roost's path.
 *
 * A stock client that sends no id is answered as Nest answers ever: the handlers that Nest has bound to it run. Where
 * the protocol promises an answer, or an error with the request's id, the handler runs in Roost's pipeline instead.
 */
export class OrdinaryGateways implements OrdinaryHandlers {
  #table: Map<string, Ordinary> | undefined;
  readonly #scanner = new MetadataScanner();

  constructor(private readonly parts: OrdinaryParts) {}

  async message(session: Session, connection: Connection, frame: MessageFrame): Promise<unknown> {
    if (session.mode === 'plain' && frame.id === undefined) return this.#stock(connection, frame);
    const found = this.#handlers().get(frame.event);
    if (found === undefined) throw unknownEvent();
    const result = await this.#run(found, session, connection, frame);
    if (!isWsResponse(result)) return result;
    if (frame.id !== undefined) return result.data;
    sendResponse(connection, result);
    return undefined;
  }

  #run(
    { handler, acknowledges }: Ordinary,
    session: Session,
    connection: Connection,
    frame: MessageFrame,
  ): Promise<unknown> {
    const context = new RoostContext(session, frame.event, frame.data, undefined, {});
    return new Promise((resolve, reject) => {
      const further = (rest: Observable<unknown>): void => this.#forward(rest, connection, frame.event);
      const returned = answering.run({ further, ack: resolve }, () =>
        handler(this.parts.clientOf(connection), frame.data, context, frame.event),
      );
      returned.then((value) => {
        if (!acknowledges) resolve(value);
      }, reject);
    });
  }

  /** Sends the events of a stream behind the one that was the answer, until it ends or the connection does. */
  #forward(rest: Observable<unknown>, connection: Connection, event: string): void {
    const subscription = new Subscription();
    subscription.add(connection.whenClosed(() => subscription.unsubscribe()));
    // The answer itself goes out first.
    setImmediate(() => {
      subscription.add(
        rest.subscribe({
          next: (value) => {
            if (isWsResponse(value)) sendResponse(connection, value);
          },
          error: (error: unknown) => this.parts.onError(error, `stream of message ${JSON.stringify(event)}`),
          complete: () => subscription.unsubscribe(),
        }),
      );
    });
  }

  /** Settles with the handlers' first answer, so that the next message of the connection waits for it. */
  async #stock(connection: Connection, { event, data }: MessageFrame): Promise<undefined> {
    const bound = this.parts.boundTo(connection).filter(({ handlers }) => handlers.has(event));
    if (bound.length === 0) throw unknownEvent();
    await Promise.all(
      bound.map(({ handlers, transform }) => {
        const { callback, isAckHandledManually } = handlers.get(event) as WsMessageHandler;
        const send = (answer: unknown): void => {
          if (answer !== undefined && answer !== null && connection.open) {
            connection.sendText(JSON.stringify(answer));
          }
        };
        const returned = (
          isAckHandledManually ? callback(data, send, event) : callback(data, event)
        ) as Promise<unknown>;
        const answers = transform(returned).pipe(
          tap((answer) => {
            if (!isAckHandledManually) send(answer);
          }),
          catchError((error: unknown) => {
            this.parts.onError(error, `message ${JSON.stringify(event)}`);
            return EMPTY;
          }),
        );
        return new Promise<void>((resolve) => {
          const subscription = answers.subscribe({ next: () => resolve(), complete: () => resolve() });
          subscription.add(connection.whenClosed(() => (subscription.unsubscribe(), resolve())));
        });
      }),
    );
    return undefined;
  }

  #handlers(): Map<string, Ordinary> {
    if (this.#table !== undefined) return this.#table;
    this.#table = new Map();
    for (const provider of this.parts.discovery.getProviders()) {
      const { metatype } = provider;
      if (provider.isNotMetatype || typeof metatype !== 'function') continue;
      if (this.parts.serves(metatype)) this.#add(provider, this.#table);
    }
    return this.#table;
  }

  #add(provider: Provider, table: Map<string, Ordinary>): void {
    const prototype = (provider.metatype as Type<object>).prototype as Record<string, object>;
    for (const name of this.#scanner.getAllMethodNames(prototype)) {
      const event = subscribedEvent(prototype[name] as object);
      if (typeof event !== 'string' || table.has(event)) continue;
      table.set(event, {
        handler: this.parts.pipelines.create(provider, name, { guards: true }),
        acknowledges: acknowledges(provider.metatype as Type, name),
      });
    }
  }
}

function unknownEvent(): RoostException {
  return new RoostException('UNKNOWN_EVENT', 'there is no handler for this event');
}

function sendResponse(connection: Connection, { event, data }: { event: string; data: unknown }): void {
  connection.sendText(JSON.stringify({ event, data }));
}

function isWsResponse(value: unknown): value is { readonly event: string; readonly data: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { event?: unknown }).event === 'string' &&
    'data' in value
  );
}
