/**
 * The limit of plain Node: a WebSocket server of the least that works, on bare sockets. The frames of one turn of the
 * event loop are joined, and each member gets the same bytes in one write.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { textFrame } from '../../lib/connection/frame.js';
import { encodeMessage, joined, RoomSets, roomToJoin } from './room-sets.js';
import { serve } from './server.js';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE_TEXT = 1;

const rooms = new RoomSets<Duplex>();
const gathered = new Map<string, Buffer[]>();

function flush(): void {
  for (const [room, frames] of gathered) {
    const all = Buffer.concat(frames);
    for (const socket of rooms.of(room)) socket.write(all);
  }
  gathered.clear();
}

/** Short masked text frames that came whole, which is all that the load generator sends. */
function* textsOf(chunk: Buffer): Generator<string> {
  for (let at = 0; at + 6 <= chunk.length;) {
    const length = (chunk[at + 1] as number) & 0x7f;
    const mask = chunk.subarray(at + 2, at + 6);
    const payload = chunk.subarray(at + 6, at + 6 + length).map((byte, index) => byte ^ (mask[index & 3] as number));
    if (((chunk[at] as number) & 0x0f) === OPCODE_TEXT) yield Buffer.from(payload).toString();
    at += 6 + length;
  }
}

serve({
  async listen() {
    const server = createServer();
    server.on('upgrade', (request, socket: Duplex) => {
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on('data', (chunk: Buffer) => {
        for (const text of textsOf(chunk)) {
          const room = roomToJoin(text);
          rooms.of(room).add(socket);
          socket.write(textFrame(joined(room)));
        }
      });
      socket.on('close', () => rooms.leaveAll(socket));
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  broadcast(room, message) {
    if (gathered.size === 0) setImmediate(flush);
    let frames = gathered.get(room);
    if (frames === undefined) gathered.set(room, (frames = []));
    frames.push(textFrame(encodeMessage(message)));
  },
});
