import { afterEach, expect, it, jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { runInThisContext } from 'node:vm';
import { OnMessage, RoomGateway } from 'nestjs-roost';
import { Log } from './support/deferred.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
/** The process itself: jest hands out a copy that hears of nothing. */
const realProcess = runInThisContext('process') as NodeJS.Process;

afterEach(() => {
  jest.restoreAllMocks();
});

function gateway(number: number): Type {
  const decorate = number % 2 === 0 ? RoomGateway(`room${number}/:id`) : WebSocketGateway({ path: '/ws' });
  @decorate
  class Gateway {
    afterInit() {
      log.add(`init ${number}`);
    }

    handleConnection() {
      log.add(`connect ${number}`);
    }

    handleDisconnect() {
      log.add(`disconnect ${number}`);
    }

    @SubscribeMessage(`echo ${number}`)
    echo(@MessageBody() data: unknown) {
      return data;
    }

    @OnMessage('say')
    say(@MessageBody() data: unknown) {
      return data;
    }
  }
  return Gateway;
}

it('hard case 22: twelve gateways on one path: one parse a frame, one of each hook, no listener warning', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name, message }: Error): void => {
    // Node may tell of other things meanwhile: that it runs ES modules for jest is said once in a process.
    if (name === 'MaxListenersExceededWarning') warnings.push(message);
  };
  realProcess.on('warning', onWarning);
  const numbers = Array.from({ length: 12 }, (_, number) => number);
  await scene.start({ providers: numbers.map(gateway) });

  const stock = await scene.plain();
  const parse = jest.spyOn(JSON, 'parse');
  const marked = () => parse.mock.calls.filter(([text]) => text.includes('count me')).length;
  stock.send('{"event":"echo 11","data":{"count me":1}}');
  await stock.expect({ 'count me': 1 });
  // The server's parse, and that of the client's own answer.
  expect(marked()).toBe(2);
  parse.mockRestore();

  const session = await scene.session();
  for (const number of numbers) {
    expect(await session.request({ event: `echo ${number}`, data: number })).toMatchObject({ op: 'ack', data: number });
  }
  const room = 'room4/1';
  await session.request({ op: 'join', room });
  expect(await session.request({ event: 'say', room, data: 1 })).toMatchObject({ op: 'ack', data: 1 });
  await stock.close();
  for (const number of numbers) await log.has(`disconnect ${number}`);

  for (const number of numbers) {
    expect(log.lines.filter((line) => line === `init ${number}`)).toHaveLength(1);
    expect(log.lines.filter((line) => line === `connect ${number}`)).toHaveLength(2);
    expect(log.lines.filter((line) => line === `disconnect ${number}`)).toHaveLength(1);
  }
  // Node tells of too many listeners on its next tick.
  await new Promise((resolve) => setImmediate(resolve));
  realProcess.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
