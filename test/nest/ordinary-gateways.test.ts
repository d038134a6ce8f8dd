import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ForbiddenException, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
} from '@nestjs/websockets';
import { OnMessage, RoomGateway, RoostAdapter, RoostModule } from 'nestjs-roost';
import type { WebSocket, WebSocketServer as Server } from 'ws';
import { Log } from './support/deferred.js';
import { freePort } from './support/ports.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();

beforeEach(() => log.clear());

class NoGuard implements CanActivate {
  canActivate() {
    return false;
  }
}

/** What an app had before it came to know Roost. */
abstract class Known {
  protected abstract readonly name: string;

  @WebSocketServer()
  readonly server!: Server;

  afterInit(server: Server) {
    log.add(`${this.name} init ${server === this.server}`);
  }

  handleConnection(client: WebSocket) {
    log.add(`${this.name} connect ${this.server.clients.has(client)}`);
  }

  handleDisconnect(client: WebSocket) {
    log.add(`${this.name} disconnect ${client.readyState}`);
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return { event: 'echoed', data };
  }

  @SubscribeMessage('bare')
  bare(@MessageBody() data: unknown) {
    return data;
  }

  @SubscribeMessage('nothing')
  nothing() {
    log.add('nothing');
  }

  @SubscribeMessage('direct')
  direct(@ConnectedSocket() client: WebSocket) {
    client.send(JSON.stringify({ event: 'sent', data: 'directly' }));
  }

  @SubscribeMessage('all')
  all(@MessageBody() data: unknown) {
    for (const client of this.server.clients) client.send(JSON.stringify({ event: 'all', data }));
  }

  @UseGuards(NoGuard)
  @SubscribeMessage('forbidden')
  forbidden() {}

  @SubscribeMessage('http')
  http() {
    throw new ForbiddenException('not you');
  }

  @SubscribeMessage('ws')
  ws() {
    throw new WsException('not now');
  }
}

@WebSocketGateway({ path: '/ws' })
class SamePath extends Known {
  protected readonly name = 'same';
}

@WebSocketGateway({ path: '/other' })
class OtherPath extends Known {
  protected readonly name = 'other';
}

@RoomGateway('room/:id')
class Rooms extends Known {
  protected readonly name = 'rooms';

  @OnMessage('say')
  say() {}
}

/** So that Roost is there. */
@RoomGateway('elsewhere/:id')
class Elsewhere {}

const places: [place: string, gateway: Type, path: string, name: string][] = [
  ['the room gateway itself', Rooms, '/ws', 'rooms'],
  ["Roost's path", SamePath, '/ws', 'same'],
  ['another path', OtherPath, '/other', 'other'],
];

describe.each(places)('a gateway on %s', (_place, gateway, path, name) => {
  it('serves stock clients as Nest does', async () => {
    const { port } = await scene.start({ providers: [gateway, Elsewhere] });
    const url = `ws://127.0.0.1:${port}${path}`;
    const client = await scene.plain(url);
    client.send({ event: 'echo', data: { a: 1 } });
    await client.expect({ event: 'echoed', data: { a: 1 } });
    client.send({ event: 'bare', data: { b: 1 } });
    await client.expect({ b: 1 });
    client.send({ event: 'nothing' });
    client.send({ event: 'direct' });
    await client.expect({ event: 'sent', data: 'directly' });
    const other = await scene.plain(url);
    other.send({ event: 'all', data: 'hi' });
    await other.expect({ event: 'all', data: 'hi' });
    await client.expect({ event: 'all', data: 'hi' });
    for (const event of ['forbidden', 'http', 'ws']) {
      client.send({ event, data: { secret: true } });
      await client.expect({ event: 'exception' });
    }
    await client.settled();
    expect(client.unread).toEqual([]);
    expect(log.lines).toContain('nothing');
  });

  it('has its server and its hooks, each called once', async () => {
    const { port } = await scene.start({ providers: [gateway, Elsewhere] });
    const client = await scene.plain(`ws://127.0.0.1:${port}${path}`);
    await client.close();
    await log.has(`${name} disconnect 3`);
    const its = log.lines.filter((line) => line.startsWith(name));
    expect(its).toEqual([`${name} init true`, `${name} connect true`, `${name} disconnect 3`]);
  });
});

describe('in session mode an ordinary handler', () => {
  beforeEach(async () => {
    await scene.start({ providers: [Rooms] });
  });

  it('answers the id', async () => {
    const client = await scene.session();
    expect(await client.request({ event: 'echo', data: 1 })).toEqual({ op: 'ack', id: 1, data: 1 });
    expect(await client.request({ event: 'bare', data: { b: 1 } })).toEqual({ op: 'ack', id: 2, data: { b: 1 } });
    expect(await client.request({ event: 'nothing' })).toEqual({ op: 'ack', id: 3 });
    expect(await client.request({ event: 'forbidden' })).toMatchObject({ op: 'error', id: 4, code: 'FORBIDDEN' });
    expect(await client.request({ event: 'http' })).toMatchObject({ id: 5, code: 'FORBIDDEN', message: 'not you' });
    expect(await client.request({ event: 'ws' })).toMatchObject({ id: 6, code: 'FORBIDDEN', message: 'not now' });
    expect(await client.request({ event: 'unheard of' })).toMatchObject({ id: 7, code: 'UNKNOWN_EVENT' });
    expect(client.unread).toEqual([]);
  });

  it('sends events where there is no id, and only errors else', async () => {
    const client = await scene.session();
    client.send({ event: 'echo', data: 1 });
    await client.expect({ event: 'echoed', data: 1 });
    client.send({ event: 'bare', data: { b: 1 } });
    client.send({ event: 'nothing' });
    client.send({ event: 'http' });
    await client.expect({ op: 'error', code: 'FORBIDDEN' });
    expect(client.unread).toEqual([]);
  });

  it('is no handler of rooms, and those are none of its kind', async () => {
    const client = await scene.member('room/1');
    expect(await client.request({ event: 'echo', room: 'room/1' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
    expect(await client.request({ event: 'say' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
    expect(await client.request({ event: 'constructor' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
  });
});

it('a plain client is told of events that nobody handles', async () => {
  await scene.start({ providers: [Rooms] });
  const client = await scene.plain();
  client.send({ event: 'unheard of' });
  await client.expect({ op: 'error', code: 'UNKNOWN_EVENT' });
  client.send({ event: 'echo', data: 1, id: 5 });
  await client.expect({ op: 'ack', id: 5, data: 1 });
});

describe('a gateway on another port', () => {
  it('is served by the stock adapter, and keeps to itself', async () => {
    const port = await freePort();
    @WebSocketGateway(port, { path: '/ws' })
    class OtherPort extends Known {
      protected readonly name = 'port';

      @SubscribeMessage('secret')
      secret() {
        return { event: 'secret', data: 'of the other port' };
      }
    }
    await scene.start({ providers: [OtherPort, Rooms] });
    const there = await scene.plain(`ws://127.0.0.1:${port}/ws`);
    there.send({ event: 'secret' });
    await there.expect({ event: 'secret', data: 'of the other port' });
    there.send({ op: 'join', room: 'room/1', id: 1 });
    await there.settled();
    expect(there.unread).toEqual([]);
    const here = await scene.session();
    expect(await here.request({ event: 'secret' })).toMatchObject({ code: 'UNKNOWN_EVENT' });
    const plain = await scene.plain();
    plain.send({ event: 'secret' });
    await plain.expect({ op: 'error', code: 'UNKNOWN_EVENT' });
    expect(log.lines.filter((line) => line === 'port connect true')).toHaveLength(1);
  });

  it('may be one of several, each with its path', async () => {
    const port = await freePort();
    @WebSocketGateway(port, { path: '/a' })
    class First extends Known {
      protected readonly name = 'a';
    }
    @WebSocketGateway(port, { path: '/b' })
    class Second extends Known {
      protected readonly name = 'b';
    }
    await scene.start({ providers: [First, Second, Rooms] });
    for (const name of ['a', 'b']) {
      const client = await scene.plain(`ws://127.0.0.1:${port}/${name}`);
      client.send({ event: 'echo', data: name });
      await client.expect({ event: 'echoed', data: name });
      expect(log.lines).toContain(`${name} connect true`);
    }
  });
});

describe('the adapter', () => {
  it('may be made by the app', async () => {
    const created = jest.fn();
    class MyAdapter extends RoostAdapter {
      override create(port: number, options?: Record<string, unknown> & { path?: string }) {
        created(port, options?.path);
        return super.create(port, options);
      }
    }
    await scene.start({ providers: [Rooms], prepare: (app) => app.useWebSocketAdapter(new MyAdapter(app)) });
    expect(await (await scene.member('room/1')).request({ event: 'say', room: 'room/1' })).toMatchObject({ op: 'ack' });
    expect(created).toHaveBeenCalledTimes(1);
  });

  it('is the one of the app where no gateway has rooms', async () => {
    const { port } = await scene.start({
      module: RoostModule.forRoot(),
      providers: [OtherPath],
      prepare: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
    const client = await scene.plain(`ws://127.0.0.1:${port}/other`);
    client.send({ event: 'echo', data: 1 });
    await client.expect({ event: 'echoed', data: 1 });
  });

  it.each(['ws', '/ws/', '/ws'])('takes gateways with path "%s" for its own', async (path) => {
    @WebSocketGateway({ path })
    class Written extends Known {
      protected readonly name = 'written';
    }
    await scene.start({ providers: [Written, Rooms] });
    const client = await scene.session();
    expect(await client.request({ event: 'echo', data: 1 })).toMatchObject({ op: 'ack' });
  });

  it.each(['/', '/live/', '/a/b'])('serves Roost on the path "%s"', async (path) => {
    @WebSocketGateway(path === '/' ? {} : { path })
    class Written extends Known {
      protected readonly name = 'written';

      @SubscribeMessage('written')
      written() {
        return 'yes';
      }
    }
    const { port } = await scene.start({ providers: [Rooms, Written], roost: { path } });
    const url = `ws://127.0.0.1:${port}${path === '/' ? path : path.replace(/\/$/, '')}`;
    const client = await scene.plain(url);
    client.send({ event: 'written', id: 1 });
    await client.expect({ op: 'ack', id: 1, data: 'yes' });
    client.send({ op: 'join', room: 'room/1', id: 2 });
    expect(await client.answer(2)).toMatchObject({ op: 'joined' });
  });
});
