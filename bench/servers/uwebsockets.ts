/** uWebSockets.js: its own publish/subscribe, in C++. */
import { serverOptions } from './options.js';
import { loadPeer } from './peer-package.js';
import { encodeMessage, joined, roomToJoin } from './room-sets.js';
import { serve } from './server.js';

interface Socket {
  subscribe(topic: string): boolean;
  send(message: string): number;
}

interface App {
  ws(pattern: string, behavior: object): App;
  listen(host: string, port: number, callback: (token: object | false) => void): App;
  publish(topic: string, message: string, isBinary: boolean, compress: boolean): boolean;
}

interface Library {
  App(): App;
  us_socket_local_port(token: object): number;
  readonly SHARED_COMPRESSOR: number;
  readonly DISABLED: number;
}

const { default: uws } = await loadPeer<{ default: Library }>('@trufflesuite/uws-js-unofficial');
const compress = serverOptions().compression ?? false;

const app = uws.App().ws('/*', {
  compression: compress ? uws.SHARED_COMPRESSOR : uws.DISABLED,
  // As much as Roost queues.
  maxBackpressure: 1024 * 1024,
  message(socket: Socket, data: ArrayBuffer) {
    const room = roomToJoin(Buffer.from(data).toString());
    socket.subscribe(room);
    socket.send(joined(room));
  },
});

serve({
  listen: () =>
    new Promise((resolve, reject) => {
      app.listen('127.0.0.1', 0, (token) => {
        if (token === false) reject(new Error('uWebSockets.js cannot listen'));
        else resolve(uws.us_socket_local_port(token));
      });
    }),
  broadcast: (room, message) => void app.publish(room, encodeMessage(message), false, compress),
});
