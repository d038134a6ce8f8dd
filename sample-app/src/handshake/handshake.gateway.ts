import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ConnectedSocket, MessageBody, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import {
  BroadcastStream,
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnMessage,
  Room,
  RoomGateway,
  RoostException,
  Session,
} from 'nestjs-roost';
import {
  EMPTY,
  filter,
  firstValueFrom,
  fromEventPattern,
  interval,
  map,
  takeUntil,
  timeout,
  type Observable,
} from 'rxjs';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import { Exchanges } from './exchanges.js';
import type { Exchange, HandshakeContract, Ping } from './handshake.contract.js';
import { WaveDto } from './wave.dto.js';

/** Milliseconds that a client may take to answer a ping. */
const PONG_TIMEOUT = 5_000;

/** A room to look at: something happens in it every second, and each connection can ask how it has begun. */
@RoomGateway('handshake/:name', { history: { size: 200 }, presence: 'list' })
export class HandshakeGateway implements OnGatewayInit<WebSocketServer>, OnGatewayConnection<WebSocket> {
  constructor(private readonly exchanges: Exchanges) {}

  afterInit(server: WebSocketServer): void {
    this.exchanges.watch(server);
  }

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    this.exchanges.add(client, request);
  }

  @OnJoin()
  join(
    @CurrentSession() session: Session<Person>,
    @ConnectedSocket() client: WebSocket | undefined,
  ): HandshakeContract['joined'] {
    return { you: youOf(session), exchange: this.exchange(client) };
  }

  @OnMessage('exchange')
  exchange(@ConnectedSocket() client: WebSocket | undefined): Exchange {
    const exchange = client && this.exchanges.of(client);
    if (exchange === undefined) throw new RoostException('UNAVAILABLE', 'The connection is gone.');
    return exchange;
  }

  @OnMessage('ping')
  async ping(@ConnectedSocket() client: WebSocket | undefined, @CurrentSession() session: Session): Promise<Ping> {
    if (client === undefined) throw new RoostException('UNAVAILABLE', 'The connection is gone.');
    const payload = randomBytes(4);
    const pong = firstValueFrom(
      eventsOf<Buffer>(client, 'pong').pipe(
        filter((answer) => payload.equals(answer)),
        takeUntil(eventsOf(client, 'close')),
        timeout({ first: PONG_TIMEOUT, with: () => EMPTY }),
      ),
      { defaultValue: undefined },
    );
    const at = Date.now();
    const begun = performance.now();
    client.ping(payload);
    if ((await pong) === undefined) throw new RoostException('UNAVAILABLE', 'No pong came.');
    const { latency: heartbeat } = session;
    return {
      at,
      roundTrip: performance.now() - begun,
      bytes: payload.length,
      ...(heartbeat !== undefined && { heartbeat }),
    };
  }

  @OnMessage('wave')
  wave(
    @CurrentRoom() room: Room<HandshakeContract>,
    @CurrentSession() session: Session<Person>,
    @MessageBody() { text }: WaveDto,
  ) {
    return room.broadcast('wave', { name: session.user.name, text }, { from: session });
  }

  @BroadcastStream<HandshakeContract, 'tick'>('tick', { durable: true, scope: 'cluster' })
  ticks() {
    return interval(1_000).pipe(map((count) => ({ count: count + 1 })));
  }
}

/** `fromEvent` would take a WebSocket of `ws` for one of a browser, which has no such events. */
function eventsOf<T>(client: WebSocket, event: 'pong' | 'close'): Observable<T> {
  return fromEventPattern<T>(
    (listener) => client.on(event, listener),
    (listener) => client.off(event, listener),
  );
}
