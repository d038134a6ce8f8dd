/** Bare `ws`: each message framed once, and the frame written to each socket, past `send`. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type RawData } from 'ws';
import { textFrame } from '../../lib/connection/frame.js';
import { encodeMessage, joined, RoomSets, roomToJoin } from './room-sets.js';
import { serve } from './server.js';

const rooms = new RoomSets<Socket>();

serve({
  async listen() {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (client, { socket }) => {
      client.on('message', (data: RawData) => {
        const room = roomToJoin((data as Buffer).toString());
        rooms.of(room).add(socket);
        client.send(joined(room));
      });
      client.on('close', () => rooms.leaveAll(socket));
      client.on('error', () => {});
    });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  broadcast(room, message) {
    const frame = textFrame(encodeMessage(message));
    for (const socket of rooms.of(room)) socket.write(frame);
  },
});
