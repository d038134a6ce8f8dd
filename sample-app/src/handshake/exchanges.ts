import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Exchange, Head } from './handshake.contract.js';
import { maskedHeader, maskedTarget } from './secrets.js';

/** How each connection has begun; forgotten with it. */
@Injectable()
export class Exchanges {
  /** Lines of the responses, by request. `ws` lends the list itself, so that it is what was sent in the end. */
  readonly #responses = new WeakMap<IncomingMessage, readonly string[]>();
  readonly #exchanges = new WeakMap<WebSocket, Exchange>();

  watch(server: WebSocketServer): void {
    server.on('headers', (lines, request) => this.#responses.set(request, lines));
  }

  add(client: WebSocket, request: IncomingMessage): void {
    this.#exchanges.set(client, {
      request: requestHead(request),
      response: responseHead(this.#responses.get(request) ?? []),
    });
  }

  of(client: WebSocket): Exchange | undefined {
    return this.#exchanges.get(client);
  }
}

function requestHead({ method, url = '/', httpVersion, rawHeaders }: IncomingMessage): Head {
  const headers = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [header(name, rawHeaders[i + 1] ?? '')] : []));
  return { line: `${method} ${maskedTarget(url)} HTTP/${httpVersion}`, headers };
}

function responseHead([line = '', ...fields]: readonly string[]): Head {
  const headers = fields.map((field) => {
    const colon = field.indexOf(':');
    return header(field.slice(0, colon), field.slice(colon + 1).trim());
  });
  return { line, headers };
}

function header(name: string, value: string): Head['headers'][number] {
  return [name, maskedHeader(name, value)];
}
