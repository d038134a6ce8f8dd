import type { WebSocketConstructor, WebSocketLike } from 'nestjs-roost/client';
import type { Recorder } from './recorder.js';

/**
 * A WebSocket class that records what goes by, for `RoostClient`'s option of that name:
 *
 * ```ts
 * const recorder = new Recorder();
 * const client = new RoostClient(url, { WebSocket: inspected(WebSocket, recorder) });
 * recorder.onFrame((frame) => console.debug(frame?.direction, frame?.content));
 * ```
 *
 * A page sees text frames and closes. Pings and pongs of the WebSocket itself are the browser's own business.
 */
export function inspected(Base: WebSocketConstructor, recorder: Recorder): WebSocketConstructor {
  return class InspectedWebSocket implements WebSocketLike {
    readonly #socket: WebSocketLike;
    readonly #connection = recorder.connects();

    constructor(url: string, protocols: string[]) {
      const socket = (this.#socket = new Base(url, protocols));
      const connection = this.#connection;
      // Before the client's own listeners: what it sends in answer to a frame comes after that frame.
      socket.addEventListener('open', () => {
        recorder.send = (text) => this.send(text);
        recorder.control('upgrade', 'down', 'The connection is a WebSocket from here on', { connection });
      });
      socket.addEventListener('message', ({ data }) => recorder.text(connection, 'down', String(data)));
      socket.addEventListener('close', ({ code, reason }) =>
        recorder.control('close', 'down', { code, reason }, { connection, bytes: closeBytes(code, reason) }),
      );
    }

    get readyState(): number {
      return this.#socket.readyState;
    }

    send(data: string): void {
      recorder.text(this.#connection, 'up', data);
      this.#socket.send(data);
    }

    close(code?: number, reason?: string): void {
      const details = { connection: this.#connection, bytes: closeBytes(code, reason) };
      recorder.control('close', 'up', { code, reason: reason ?? '' }, details);
      this.#socket.close(code, reason);
    }

    addEventListener(...[type, listener]: Parameters<WebSocketLike['addEventListener']>): void {
      this.#socket.addEventListener(type, listener);
    }
  };
}

/** A close frame holds a code of two bytes and a reason. No frame came where the browser says 1006. */
function closeBytes(code: number | undefined, reason = ''): number {
  return code === undefined || code === 1006 ? 0 : 2 + new TextEncoder().encode(reason).length;
}
