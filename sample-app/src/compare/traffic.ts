import type { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { defer, finalize, map, timer, type Observable } from 'rxjs';
import { WAYS, type Tally, type Traffic, type Way } from './compare.contract.js';

/** Milliseconds between two looks at the sockets. */
const EVERY = 250;

/** The addresses that tell a channel and a way. */
const HTTP = /^\/api\/compare\/(\d+)\/([\w-]+)(?:\?|$)/;
const WEBSOCKET = /^\/ws\?compare=(\d+)$/;

/**
 * Counts the bytes of the server's own TCP sockets, headers and frames and all.
 *
 * A browser sends its requests over whichever of its connections is free, one after another. So what is counted for a
 * request is how far its socket's counters have come: from where the request before it on that socket ended, to where
 * its own answer ends, or to now. A WebSocket has its socket for itself, from the handshake on.
 */
@Injectable()
export class TrafficCounter implements OnApplicationBootstrap {
  readonly #channels = new Map<string, Map<string, Account>>();
  /** Where the last request of each socket ended. */
  readonly #ends = new WeakMap<Socket, Mark>();

  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    server.on('request', (request, response) => {
      this.#begin(request, response, HTTP.exec(request.url ?? ''));
    });
    server.on('upgrade', (request) => {
      this.#begin(request, request.socket, WEBSOCKET.exec(request.url ?? ''));
    });
  }

  /** Counts for a channel while it is subscribed. */
  count(channel: string): Observable<Traffic> {
    return defer(() => {
      const began = performance.now();
      const accounts = new Map([...WAYS, 'post'].map((way) => [way, new Account()]));
      this.#channels.set(channel, accounts);
      return timer(0, EVERY).pipe(
        map(() => {
          const tallies = Object.fromEntries(Array.from(accounts, ([way, account]) => [way, account.tally()]));
          return { ms: performance.now() - began, tallies: tallies as Record<Way | 'post', Tally> };
        }),
        finalize(() => this.#channels.delete(channel)),
      );
    });
  }

  /** @param life closes when the request is over */
  #begin({ socket }: IncomingMessage, life: EventEmitter, address: RegExpExecArray | null): void {
    const [, channel = '', way = 'websocket'] = address ?? [];
    const account = this.#channels.get(channel)?.get(way);
    const begin = this.#ends.get(socket) ?? { up: 0, down: 0 };
    account?.open(socket, begin);
    life.once('close', () => {
      this.#ends.set(socket, markOf(socket));
      account?.close(socket, begin);
    });
  }
}

/** The counters of a socket. */
type Mark = Pick<Tally, 'up' | 'down'>;

function markOf({ bytesRead, bytesWritten }: Socket): Mark {
  return { up: bytesRead, down: bytesWritten };
}

/** What one way has used: requests that are over, and those under way. */
class Account {
  #past: Tally = { requests: 0, up: 0, down: 0 };
  readonly #open = new Map<Socket, Mark>();

  open(socket: Socket, begin: Mark): void {
    this.#past = { ...this.#past, requests: this.#past.requests + 1 };
    this.#open.set(socket, begin);
  }

  close(socket: Socket, begin: Mark): void {
    this.#open.delete(socket);
    this.#past = add(this.#past, socket, begin);
  }

  tally(): Tally {
    return [...this.#open].reduce((sum, [socket, begin]) => add(sum, socket, begin), this.#past);
  }
}

function add({ requests, up, down }: Tally, socket: Socket, begin: Mark): Tally {
  const end = markOf(socket);
  return { requests, up: up + end.up - begin.up, down: down + end.down - begin.down };
}
