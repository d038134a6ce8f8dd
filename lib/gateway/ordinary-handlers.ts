import type { Type } from '@nestjs/common';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import type { WsMessageHandler } from '@nestjs/common';
import { catchError, EMPTY, tap, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { RoostException, type MessageFrame } from '../protocol/index.js';
import type { OrdinaryHandlers } from '../sessions/requests.js';
import type { Session } from '../sessions/session.js';
import { RoostContext } from './context.js';
import { subscribedEvent } from './nest-metadata.js';
import { furtherAnswers, type Handler, type Pipelines, type Provider } from './pipeline.js';

/** A handler as Nest has bound it to one client: with its own pipeline, answering in its own way. */
export interface BoundHandlers {
  readonly handlers: ReadonlyMap<string, WsMessageHandler>;
  readonly transform: (data: unknown) => Observable<unknown>;
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
  #table: Map<string, Handler> | undefined;
  readonly #scanner = new MetadataScanner();

  constructor(private readonly parts: OrdinaryParts) {}

  async message(session: Session, connection: Connection, frame: MessageFrame): Promise<unknown> {
    if (session.mode === 'plain' && frame.id === undefined) return this.#stock(connection, frame);
    const handler = this.#handlers().get(frame.event);
    if (handler === undefined) throw unknownEvent();
    const context = new RoostContext(session, frame.event, frame.data, undefined, {});
    const result = await furtherAnswers.run(
      (rest) => this.#forward(rest, connection, frame.event),
      () => handler(this.parts.clientOf(connection), frame.data, context, frame.event),
    );
    if (!isWsResponse(result)) return result;
    if (frame.id !== undefined) return result.data;
    sendResponse(connection, result);
    return undefined;
  }

  /** Sends the events of a stream that an answer came from, until it ends or the connection does. */
  #forward(rest: Observable<unknown>, connection: Connection, event: string): void {
    const subscription = rest.subscribe({
      next: (value) => {
        if (isWsResponse(value)) sendResponse(connection, value);
      },
      error: (error: unknown) => {
        // An error instead of the first value is the request's answer, and is dealt with there.
        this.parts.onError(error, `stream of message ${JSON.stringify(event)}`);
      },
    });
    subscription.add(connection.whenClosed(() => subscription.unsubscribe()));
  }

  /** Settles with the handlers' first answer, so that the next message of the connection waits for it. */
  async #stock(connection: Connection, { event, data }: MessageFrame): Promise<undefined> {
    const bound = this.parts.boundTo(connection).filter(({ handlers }) => handlers.has(event));
    if (bound.length === 0) throw unknownEvent();
    await Promise.all(
      bound.map(({ handlers, transform }) => {
        const callback = handlers.get(event)?.callback as (data: unknown, event: string) => Promise<unknown>;
        const answers = transform(callback(data, event)).pipe(
          tap((answer) => {
            if (answer !== undefined && answer !== null && connection.open) {
              connection.sendText(JSON.stringify(answer));
            }
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

  #handlers(): Map<string, Handler> {
    if (this.#table !== undefined) return this.#table;
    this.#table = new Map();
    for (const provider of this.parts.discovery.getProviders()) {
      const { metatype } = provider;
      if (provider.isNotMetatype || typeof metatype !== 'function') continue;
      if (this.parts.serves(metatype)) this.#add(provider, this.#table);
    }
    return this.#table;
  }

  #add(provider: Provider, table: Map<string, Handler>): void {
    const prototype = (provider.metatype as Type<object>).prototype as Record<string, object>;
    for (const name of this.#scanner.getAllMethodNames(prototype)) {
      const event = subscribedEvent(prototype[name] as object);
      if (typeof event !== 'string' || table.has(event)) continue;
      table.set(event, this.parts.pipelines.create(provider, name, { guards: true }));
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
