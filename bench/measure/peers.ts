import type { DialectName } from '../load/dialects/dialect.js';

/** A server that is measured, as the runner knows it. */
export interface Peer {
  readonly title: string;
  readonly script: string;
  readonly dialect: DialectName;
}

export const ROOST: Peer = { title: 'Roost', script: 'roost', dialect: 'roost' };
export const SOCKET_IO: Peer = {
  title: 'Nest, platform-socket.io',
  script: 'platform-socket-io',
  dialect: 'socket.io',
};
export const PLATFORM_WS: Peer = { title: 'Nest, platform-ws', script: 'platform-ws', dialect: 'plain' };
export const WS: Peer = { title: 'ws, one pre-built frame', script: 'ws', dialect: 'plain' };
export const UWEBSOCKETS: Peer = { title: 'uWebSockets.js (C++)', script: 'uwebsockets', dialect: 'plain' };
export const LIMIT: Peer = { title: 'hand-written, joined frames', script: 'joined-frames', dialect: 'plain' };

export const ALL_PEERS: readonly Peer[] = [ROOST, SOCKET_IO, PLATFORM_WS, WS, UWEBSOCKETS, LIMIT];
