import { expect, it } from '@jest/globals';
import { CurrentRoom, CurrentSession, OnMessage, Room, RoomGateway, Session } from 'nestjs-roost';
import { RoostClient } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import { inspected } from '../../sample-app/web/inspector/inspected.js';
import { fields, Recorder } from '../../sample-app/web/inspector/recorder.js';
import { startApp } from '../support/app.js';

@RoomGateway('room/:name', { presence: 'off' })
class Gateway {
  @OnMessage('say')
  say(@CurrentRoom() room: Room, @CurrentSession() session: Session) {
    return room.broadcast('say', 1, { from: session });
  }
}

it('an inspected WebSocket records what a client sends and gets, over its connections, in order', async () => {
  const server = await startApp({ providers: [Gateway] });
  const recorder = new Recorder();
  const client = new RoostClient(server.url, { WebSocket: inspected(WebSocket, recorder) });
  const room = client.join('room/1');
  const said = new Promise<void>((resolve) => room.on('say', () => resolve()));
  await room.send('say');
  await said;
  const pong = new Promise<void>((resolve) => {
    recorder.onFrame((frame) => fields(frame?.content)['op'] === 'pong' && resolve());
  });
  recorder.send('{"op":"ping"}');
  await pong;
  client.drop();
  const back = new Promise<void>((resolve) => room.onRecovery(() => resolve()));
  client.connect();
  await back;
  await client.close();
  await server.close();

  const lines = recorder.frames.map(({ connection, direction, opcode, content }) => {
    const { op, event, id, code } = fields(content);
    const [what, which] = opcode === 'text' ? [op ?? event, id] : [opcode, code];
    return [connection, direction, what, which]
      .flatMap((part) => (part === undefined ? [] : [typeof part === 'string' ? part : JSON.stringify(part)]))
      .join(' ');
  });
  // An answer may come before or after the message that it is of, and a goodbye after the next connection's beginning.
  const only = (fits: (line: string) => boolean) => lines.filter(fits);
  expect(only((line) => line.startsWith('1 up'))).toEqual([
    '1 up connect',
    '1 up join 1',
    '1 up say 2',
    '1 up ping',
    '1 up close 4900',
  ]);
  expect(only((line) => line.startsWith('1 down')).toSorted()).toEqual(
    [
      '1 down upgrade',
      '1 down welcome',
      '1 down joined 1',
      '1 down say',
      '1 down ack 2',
      '1 down pong',
      '1 down close 4900',
    ].toSorted(),
  );
  expect(only((line) => line.startsWith('2'))).toEqual([
    '2 down upgrade',
    '2 up connect',
    '2 down welcome',
    '2 up history 3',
    '2 down ack 3',
    '2 up close 1000',
    '2 down close 1000',
  ]);
  const welcome = recorder.frames.findIndex(({ content }) => fields(content)['op'] === 'welcome');
  const join = recorder.frames.findIndex(({ content }) => fields(content)['op'] === 'join');
  // The client sends what it does in answer to a frame after that frame.
  expect(welcome).toBeLessThan(join);
});
