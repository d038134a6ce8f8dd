/** A gateway on `@nestjs/platform-socket.io`, with Socket.IO's rooms. */
import { UsePipes, ValidationPipe, type INestApplication, type WebSocketAdapter } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Message } from './message.js';
import { createApp, listen } from './nest-app.js';
import { serverOptions } from './options.js';
import { loadPeer } from './peer-package.js';
import { SayInRoomDto } from './say.dto.js';
import { serve } from './server.js';

interface Server {
  to(room: string): { emit(event: string, data: unknown): boolean };
}

interface Client {
  join(room: string): void;
}

const { IoAdapter } = await loadPeer<{ IoAdapter: new (app: INestApplication) => WebSocketAdapter }>(
  '@nestjs/platform-socket.io',
);
const { compression, recovery } = serverOptions();

@WebSocketGateway({
  ...(compression && { perMessageDeflate: compression }),
  ...(recovery && { connectionStateRecovery: {} }),
})
@UsePipes(new ValidationPipe())
class BenchGateway {
  @WebSocketServer()
  readonly server!: Server;

  @SubscribeMessage('join')
  join(@ConnectedSocket() client: Client, @MessageBody() room: string) {
    client.join(room);
    return { room };
  }

  @SubscribeMessage('say')
  say(@MessageBody() { room, at, text }: SayInRoomDto) {
    this.broadcast(room, { at, text });
    return { length: text.length };
  }

  @SubscribeMessage('note')
  note(@MessageBody() { text }: SayInRoomDto) {
    return { length: text.length };
  }

  broadcast(room: string, message: Message): void {
    this.server.to(room).emit('message', message);
  }
}

const app = await createApp({ providers: [BenchGateway] });
app.useWebSocketAdapter(new IoAdapter(app));
const gateway = app.get(BenchGateway);

serve({ listen: () => listen(app), broadcast: (room, message) => gateway.broadcast(room, message) });
