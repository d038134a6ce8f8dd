import { expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { variant } from '../support/variant.js';
import { nextOf, useStage, type RawClient } from './support/index.js';

const start = useStage();

/** Bytes of the network connection, frame headers included. */
function network(client: RawClient): { read: number; written: number } {
  const { bytesRead, bytesWritten } = (client.socket as unknown as { _socket: Socket })._socket;
  return { read: bytesRead, written: bytesWritten };
}

it('the tests run in the variant that they are named for: frames are compressed, or they are not', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  const text: string[] = [];
  client.socket.on('message', (data) => text.push((data as Buffer).toString()));
  const before = network(client);
  await stage.publish('room/a', 1);
  await nextOf(client, 'room/a');
  const read = network(client).read - before.read;
  expect(read < text.join('').length).toBe(variant.compression);

  const request = JSON.stringify({ event: 'run', room: 'room/a', id: 2, data: 'x'.repeat(50) });
  client.send(request);
  await client.answer(2);
  expect(network(client).written - before.written < request.length).toBe(variant.compression);
});

it('and rooms gather for as long as it says', async () => {
  const stage = await start();
  const client = await stage.member('room/a');
  const began = performance.now();
  void stage.publish('room/a', 1);
  await nextOf(client, 'room/a');
  // A timer may fire a fraction of a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(variant.window ? 9 : 0);
});
