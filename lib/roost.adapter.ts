import type { INestApplicationContext, WsMessageHandler } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { createServer, STATUS_CODES, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Observable } from 'rxjs';
import type { WebSocket, WebSocketServer } from 'ws';
import { chooseProtocol } from './gateway/gatekeeper.js';
import type { BoundHandlers } from './gateway/ordinary-handlers.js';
import { SHARED_COMPRESSION } from './gateway/ws-socket.js';
import { RoostNode } from './roost.node.js';

type ConnectHook = (client: WebSocket, request: IncomingMessage) => void;
type DisconnectHook = (code: number) => void;

/** What Nest has bound to one client. */
interface Client {
  readonly bound: BoundHandlers[];
  readonly disconnects: DisconnectHook[];
}

const NOBODY: readonly BoundHandlers[] = [];

/** What the adapter needs of an app: a Nest application has it. */
type AppHost = Pick<INestApplicationContext, 'get'> & { getHttpServer(): unknown };

/**
 * Nest's `WsAdapter`, with Roost on one path. Gateways on other paths or ports are served as ever.
 *
 * `RoostModule` installs it where the app has set no adapter. An app that wants more makes its own of it:
 * `app.useWebSocketAdapter(new MyAdapter(app))`.
 *
 * @publicApi
 */
export class RoostAdapter extends WsAdapter {
  readonly #app: AppHost;
  readonly #node: RoostNode;
  #server: WebSocketServer | undefined;
  #closing: Promise<void> | undefined;
  readonly #connectHooks: ConnectHook[] = [];
  readonly #clients = new WeakMap<object, Client>();

  /**
   * @throws {Error} where the app does not import `RoostModule`
   */
  constructor(app: AppHost) {
    super();
    this.#app = app;
    this.#node = nodeOf(app);
    this.#node.boundTo = (client) => this.#clients.get(client)?.bound ?? NOBODY;
  }

  override create(port: number, options: Record<string, unknown> & { path?: string } = {}): object {
    // The app has no server yet when its module makes this adapter.
    (this as unknown as { httpServer: unknown }).httpServer ??= this.#app.getHttpServer();
    if (port !== 0 || !this.#node.servesPath(options.path)) return super.create(port, options) as object;
    this.#server ??= this.#createServer();
    return this.#server;
  }

  override bindClientConnect(server: object, callback: Function): void {
    if (server === this.#server) this.#connectHooks.push(callback as ConnectHook);
    else super.bindClientConnect(server, callback);
  }

  override bindClientDisconnect(client: object, callback: Function): void {
    const known = this.#clients.get(client);
    if (known !== undefined) known.disconnects.push(callback as DisconnectHook);
    else super.bindClientDisconnect(client, callback);
  }

  override bindMessageHandlers(
    client: object,
    handlers: WsMessageHandler[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    const known = this.#clients.get(client);
    if (known === undefined) {
      super.bindMessageHandlers(client, handlers as never, transform as never);
      return;
    }
    if (handlers.length === 0) return;
    const byEvent = new Map(handlers.map((handler) => [handler.message, handler]));
    known.bound.push({ handlers: byEvent, transform });
  }

  override async close(server: object): Promise<void> {
    if (server !== this.#server) return super.close(server);
    this.#closing ??= super.close(server);
    return this.#closing;
  }

  #createServer(): WebSocketServer {
    const node = this.#node;
    node.start();
    const server = super.create(0, {
      path: node.options.path,
      maxPayload: node.maxPayload,
      perMessageDeflate: node.options.compression === false ? false : SHARED_COMPRESSION,
      handleProtocols: chooseProtocol,
      verifyClient: (
        { req }: { req: IncomingMessage },
        answer: (ok: boolean, status?: number, body?: string, headers?: Record<string, string>) => void,
      ) => {
        void node.check(req).then((refusal) => {
          if (refusal === undefined) return answer(true);
          const { status, message, retryAfter } = refusal;
          const body = JSON.stringify({ statusCode: status, message, ...(retryAfter && { retryAfter }) });
          const headers = { 'Content-Type': 'application/json' };
          const wait = retryAfter === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfter / 1_000)) };
          return answer(false, status, body, { ...headers, ...wait });
        });
      },
    }) as WebSocketServer;
    // The stock adapter logs each client's faults as errors of the server: hostile clients could fill the log.
    server.removeAllListeners('connection');
    server.on('connection', (client, request) => {
      node.accept(client, request, (ready, its) => this.#welcome(ready, its));
    });
    return server;
  }

  #welcome(client: WebSocket, request: IncomingMessage): void {
    const known: Client = { bound: [], disconnects: [] };
    this.#clients.set(client, known);
    for (const hook of this.#connectHooks) hook(client, request);
    // One listener, whatever the number of gateways.
    client.once('close', (code: number) => {
      for (const hook of known.disconnects) hook(code);
    });
  }

  /**
   * As the stock adapter's, but a path that nobody serves is answered 404 instead of a closed socket.
   *
   * @returns the server where it is new, and so is not listening yet
   */
  protected override ensureHttpServerExists(
    port: number,
    httpServer: HttpServer = createServer(),
  ): HttpServer | undefined {
    if (this.httpServersRegistry.has(port)) return undefined;
    this.httpServersRegistry.set(port, httpServer);
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const pathname = pathOf(request);
      const servers = (this.wsServersRegistry.get(port) ?? []) as (WebSocketServer & { path: string })[];
      const server = servers.find(({ path }) => path === pathname);
      if (server === undefined) {
        refuse(socket, pathname === undefined ? 400 : 404);
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    };
    httpServer.on('upgrade', onUpgrade);
    // Nest 12 takes its listeners off again by this registry.
    const registry = (this as unknown as { upgradeListenersRegistry?: Map<number, unknown> }).upgradeListenersRegistry;
    registry?.set(port, onUpgrade);
    return httpServer;
  }
}

function nodeOf(app: AppHost): RoostNode {
  try {
    return app.get(RoostNode, { strict: false });
  } catch (cause) {
    throw new Error('RoostAdapter: the app does not import RoostModule; add RoostModule.forRoot() to its imports', {
      cause,
    });
  }
}

function pathOf(request: IncomingMessage): string | undefined {
  const url = request.url ?? '/';
  return URL.canParse(url, 'ws://localhost') ? new URL(url, 'ws://localhost').pathname : undefined;
}

function refuse(socket: Duplex, status: 400 | 404): void {
  const body = JSON.stringify({ statusCode: status, message: STATUS_CODES[status] });
  // The peer may be gone already.
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
