import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Socket, SocketListener } from '../connection/socket.js';

const NOTHING = Buffer.alloc(0);
/** `readyState` of an open WebSocket. */
const OPEN = 1;

/** What `ws` keeps to itself. */
interface Internals {
  readonly _socket: NetSocket | null;
  readonly _extensions: Readonly<Record<string, { readonly params: Readonly<Record<string, unknown>> } | undefined>>;
}

/**
 * Options of `ws` for compression. A frame that depends on none before it can be shared by all who get it. `ws` itself
 * compresses nothing it sends: it would do so for each receiver, and other frames would overtake it meanwhile.
 */
export const SHARED_COMPRESSION = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: Number.MAX_SAFE_INTEGER,
};

/** Who asked for a window smaller than that of shared frames cannot read them, and gets plain ones. */
function takesSharedFrames(client: WebSocket): boolean {
  const extension = (client as unknown as Internals)._extensions['permessage-deflate'];
  if (extension === undefined) return false;
  const bits = extension.params['server_max_window_bits'];
  return bits === undefined || Number(bits) === 15;
}

/**
 * A `ws` WebSocket as the engine sees it, and the one place that reaches past `ws`' public face: frames that are made
 * already go to its network socket as they are, since `send` would frame and write each of them for each receiver.
 *
 * `ws` compresses nothing (see {@link SHARED_COMPRESSION}) and so writes what it is given at once: nothing written here
 * can overtake it.
 */
export class WsSocket implements Socket {
  #closeCode: number | undefined;

  readonly compresses: boolean;

  constructor(readonly client: WebSocket) {
    this.compresses = takesSharedFrames(client);
  }

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
    return (this.client as unknown as Internals)._socket ?? undefined;
  }
}
