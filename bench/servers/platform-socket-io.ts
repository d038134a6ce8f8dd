/** A gateway on `@nestjs/platform-socket.io`, with Socket.IO's rooms. */
import { UsePipes, ValidationPipe } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import { sampleTime, Subject } from 'rxjs';
import type { Message } from './message.js';
import { createApp, listen } from './nest-app.js';
import { serverOptions } from './options.js';
import { SayInRoomDto } from './say.dto.js';
import { serve } from './server.js';
import { loadSocketIoAdapter } from './socket-io-adapter.js';

interface Server {
  to(room: string): { emit(event: string, data: unknown): boolean };
}

interface Client {
  join(room: string): void;
}

const { compression, recovery, sample, redis, adapter } = serverOptions();
const SocketIoAdapter = await loadSocketIoAdapter(adapter, redis);

const VALIDATION = new ValidationPipe();

@WebSocketGateway({
  ...(compression && { perMessageDeflate: compression }),
  ...(recovery && { connectionStateRecovery: {} }),
})
class BenchGateway {
  @WebSocketServer()
  readonly server!: Server;

  @SubscribeMessage('join')
  join(@ConnectedSocket() client: Client, @MessageBody() room: string) {
    client.join(room);
    return { room };
  }

  @SubscribeMessage('say')
  @UsePipes(VALIDATION)
  say(@MessageBody() { room, at, text }: SayInRoomDto) {
    this.broadcast(room, { at, text });
    return { length: text.length };
  }

  @SubscribeMessage('note')
  @UsePipes(VALIDATION)
  note(@MessageBody() { text }: SayInRoomDto) {
    return { length: text.length };
  }

  /** Nothing of Nest's has a part in it. */
  @SubscribeMessage('nod')
  nod(@MessageBody() { text }: SayInRoomDto) {
    return { length: text.length };
  }

  broadcast(room: string, message: Message): void {
    this.server.to(room).emit('message', message);
  }
}

const app = await createApp({ providers: [BenchGateway] });
app.useWebSocketAdapter(new SocketIoAdapter(app));
const gateway = app.get(BenchGateway);

/** What an app writes that has no more than RxJS: the newest value in each interval, to everybody in the room. */
function sampled(interval: number): (room: string, message: Message) => void {
  const values$ = new Subject<{ room: string; message: Message }>();
  values$.pipe(sampleTime(interval)).subscribe(({ room, message }) => gateway.broadcast(room, message));
  return (room, message) => values$.next({ room, message });
}

serve({
  listen: () => listen(app),
  broadcast: sample === undefined ? (room, message) => gateway.broadcast(room, message) : sampled(sample),
});
