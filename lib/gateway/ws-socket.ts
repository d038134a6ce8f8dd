import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Socket, SocketListener } from '../connection/socket.js';

const NOTHING = Buffer.alloc(0);
/** `readyState` of an open WebSocket. */
const OPEN = 1;

/**
 * A `ws` WebSocket as the engine sees it, and the one place that reaches past `ws`' public face: frames that are made
 * already go to its network socket as they are, since `send` would frame and write each of them for each receiver.
 *
 * Without compression `ws` writes what it is given at once, so that nothing written here can overtake it.
 */
export class WsSocket implements Socket {
  #closeCode: number | undefined;

  constructor(readonly client: WebSocket) {}

  get bufferedBytes(): number {
    return this.client.bufferedAmount;
  }

  write(frames: readonly Buffer[]): void {
    const socket = this.#network;
    if (socket === undefined) return;
    const [only] = frames;
    if (frames.length === 1 && only !== undefined) {
      socket.write(only);
      return;
    }
    socket.cork();
    for (const frame of frames) socket.write(frame);
    socket.uncork();
  }

  whenWritten(callback: () => void): void {
    const socket = this.#network;
    if (socket === undefined) callback();
    else socket.write(NOTHING, callback);
  }

  ping(): void {
    if (this.client.readyState === OPEN) this.client.ping();
  }

  close(code: number, reason: string): void {
    this.client.close(code, reason);
  }

  terminate(): void {
    this.client.terminate();
  }

  listen(listener: SocketListener): void {
    const { client } = this;
    client.on('message', (data, isBinary) => listener.message(isBinary ? undefined : (data as Buffer).toString()));
    client.on('ping', () => listener.sign());
    client.on('pong', () => listener.sign());
    client.on('error', (error: Error & { code?: string }) => {
      // After a frame that breaks the rules `ws` closes without waiting for an answer, and reports no code.
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#closeCode = 1009;
    });
    client.on('close', (code) => listener.closed(this.#closeCode ?? code));
  }

  get #network(): NetSocket | undefined {
    if (this.client.readyState !== OPEN) return undefined;
    return (this.client as unknown as { _socket: NetSocket | null })._socket ?? undefined;
  }
}
