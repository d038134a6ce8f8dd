/** A stock gateway on `@nestjs/platform-ws`, with rooms as most apps write them: a set of clients and a loop. */
import { UsePipes, ValidationPipe } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import { WebSocket } from 'ws';
import type { Message } from './message.js';
import { createApp, listen } from './nest-app.js';
import { serverOptions } from './options.js';
import { SayInRoomDto } from './say.dto.js';
import { serve } from './server.js';

const VALIDATION = new ValidationPipe();

@WebSocketGateway({ path: '/ws', perMessageDeflate: serverOptions().compression ?? false })
class BenchGateway implements OnGatewayDisconnect {
  readonly #rooms = new Map<string, Set<WebSocket>>();

  @SubscribeMessage('join')
  join(@ConnectedSocket() client: WebSocket, @MessageBody() room: string) {
    const clients = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, clients.add(client));
    return { event: 'joined', data: room };
  }

  handleDisconnect(client: WebSocket): void {
    for (const clients of this.#rooms.values()) clients.delete(client);
  }

  @SubscribeMessage('say')
  @UsePipes(VALIDATION)
  say(@MessageBody() { room, at, text }: SayInRoomDto) {
    this.broadcast(room, { at, text });
    return { event: 'answer', data: { length: text.length } };
  }

  @SubscribeMessage('note')
  @UsePipes(VALIDATION)
  note(@MessageBody() { text }: SayInRoomDto) {
    return { event: 'answer', data: { length: text.length } };
  }

  /** Nothing of Nest's has a part in it. */
  @SubscribeMessage('nod')
  nod(@MessageBody() { text }: SayInRoomDto) {
    return { event: 'answer', data: { length: text.length } };
  }

  broadcast(room: string, message: Message): void {
    for (const client of this.#rooms.get(room) ?? []) {
      if (client.readyState === WebSocket.OPEN) client.send(JSON.stringify({ event: 'message', data: message }));
    }
  }
}

const app = await createApp({ providers: [BenchGateway] });
app.useWebSocketAdapter(new WsAdapter(app));
const gateway = app.get(BenchGateway);

serve({ listen: () => listen(app), broadcast: (room, message) => gateway.broadcast(room, message) });
