import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { Connection, type ConnectionParts } from '../connection/connection.js';
import { CloseCode, RoostException, SUBPROTOCOL, type ConnectFrame } from '../protocol/index.js';
import type { Requests } from '../sessions/requests.js';
import type { Session } from '../sessions/session.js';
import type { Sessions } from '../sessions/sessions.js';
import { closeCodeOf, type Gatekeeper } from './gatekeeper.js';
import { refusalOf } from './refusal.js';
import { WsSocket } from './ws-socket.js';

/** A client that has come in, as Nest's gateways are told of it. */
export type OnClient = (client: WebSocket, request: IncomingMessage, connection: Connection) => void;

export interface EntranceParts {
  readonly connection: ConnectionParts;
  readonly gatekeeper: Gatekeeper;
  readonly sessions: Sessions;
  readonly requests: Requests;
  /** Whether stock clients may come in. */
  readonly plain: boolean;
  /** Milliseconds after which a client that was too much may come back. */
  readonly comeBackAfter: () => number;
  readonly onError: (error: unknown, what: string) => void;
}

/** Takes in WebSockets: makes each a connection, finds out whose it is, and gives it a session. */
export class Entrance {
  readonly #connections = new Set<Connection>();
  readonly #clients = new WeakMap<Connection, WebSocket>();
  /** Sockets that are still there, those whose closing handshake is not through included. */
  readonly #sockets = new Set<WebSocket>();
  #onEmpty: (() => void) | undefined;

  constructor(private readonly parts: EntranceParts) {}

  /** Connections that are not closed. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** The WebSocket of a connection. */
  clientOf(connection: Connection): WebSocket | undefined {
    return this.#clients.get(connection);
  }

  /** Settles when no socket is left. */
  emptied(): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#onEmpty = resolve));
  }

  /** Never throws, whatever the app's options do. */
  accept(client: WebSocket, request: IncomingMessage, onClient: OnClient): void {
    this.#sockets.add(client);
    client.once('close', () => {
      this.#sockets.delete(client);
      if (this.#sockets.size === 0) this.#onEmpty?.();
    });
    try {
      this.#take(client, request, onClient);
    } catch (error) {
      this.parts.onError(error, 'connection');
      client.on('error', () => {});
      client.close(1011, 'something went wrong');
    }
  }

  #take(client: WebSocket, request: IncomingMessage, onClient: OnClient): void {
    const { gatekeeper, plain } = this.parts;
    const mode = gatekeeper.modeOf(request);
    if (mode === 'plain' ? !plain : client.protocol !== SUBPROTOCOL) {
      client.on('error', () => {});
      client.close(CloseCode.NO_SUBPROTOCOL, `the subprotocol is ${SUBPROTOCOL}`);
      return;
    }
    let session: Session | undefined;
    const { sessions, requests } = this.parts;
    const connection: Connection = new Connection(
      new WsSocket(client),
      mode,
      gatekeeper.addressOf(request),
      this.parts.connection,
      {
        connect: (frame) => {
          this.#connect(
            connection,
            request,
            frame,
            (found) => {
              session = found;
            },
            onClient,
          ).catch((error: unknown) => this.#refuse(connection, error));
        },
        request: (frame) => session && requests.receive(session, connection, frame),
        bad: (fault) => session && requests.refuse(session, connection, fault),
        acknowledged: (seq) => session?.parts.direct.acknowledge(seq),
        closed: (code) => {
          this.#connections.delete(connection);
          if (session !== undefined) sessions.lost(session, connection, code);
        },
      },
    );
    this.#connections.add(connection);
    this.#clients.set(connection, client);
    if (mode === 'plain') {
      const identity = gatekeeper.admitted(request) ?? { user: undefined, expiresAt: undefined };
      sessions
        .open(connection, identity, (opened) => {
          session = opened;
          onClient(client, request, connection);
        })
        .catch((error: unknown) => this.#refuse(connection, error));
    }
  }

  async #connect(
    connection: Connection,
    request: IncomingMessage,
    frame: ConnectFrame,
    found: (session: Session) => void,
    onClient: OnClient,
  ): Promise<void> {
    const { gatekeeper, sessions } = this.parts;
    const { auth, session: token } = frame;
    const holder = token === undefined ? undefined : (sessions.byToken(token) ?? (await sessions.holder(token)));
    if (connection.closed) return;
    const resuming = holder?.user;
    const identity = await gatekeeper.identify(request, { step: 'connect', mode: 'session', auth, resuming });
    if (connection.closed) return;
    const client = this.#clients.get(connection) as WebSocket;
    const ready = () => onClient(client, request, connection);
    // A session is its user's: whoever else presents its token gets one of their own.
    if (token !== undefined && holder !== undefined && holder.user?.id === identity.user?.id) {
      const known = sessions.byToken(token) ?? (await sessions.fetch(token));
      if (known?.settle !== undefined) await known.settle();
      if (connection.closed) {
        if (known !== undefined) sessions.abandoned(known);
        return;
      }
      if (known !== undefined && !known.ended) {
        found(known);
        await sessions.resume(known, connection, frame, identity, ready);
        return;
      }
    }
    const wait = gatekeeper.take(connection.address);
    if (wait !== undefined) {
      throw new RoostException('RATE_LIMITED', 'too many connections', { retryAfter: wait });
    }
    if (token !== undefined) sessions.counts.lost++;
    await sessions.open(connection, identity, (opened) => {
      found(opened);
      ready();
    });
  }

  #refuse(connection: Connection, error: unknown): void {
    const { code, message, retryAfter } = refusalOf(error);
    if (code === 'INTERNAL') {
      this.parts.onError(error, 'connect');
      connection.close(1011, 'something went wrong');
      return;
    }
    connection.send({ op: 'error', code, message });
    const after = this.parts.comeBackAfter() + (retryAfter ?? 0);
    if (code === 'RATE_LIMITED') connection.closeWithHint(CloseCode.RATE_LIMITED, 'too many connections', after);
    else if (code === 'UNAVAILABLE') connection.closeWithHint(CloseCode.RESTARTING, 'not now', after);
    else connection.close(closeCodeOf(code), 'refused');
  }
}
