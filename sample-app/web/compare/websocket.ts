import { RoostClient, type ClientRoom } from 'nestjs-roost/client';
import type { CompareContract } from '../../src/compare/compare.contract.js';
import type { Channel, Ear } from './ear.js';

/** Joins the room, over a connection of its own. */
export function join(
  { name, since }: Channel,
  ear: Ear,
  signal: AbortSignal,
): { client: RoostClient; room: ClientRoom<CompareContract> } {
  const url = new URL(`/ws?compare=${name}`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const client = new RoostClient(url);
  const room = client.join<CompareContract>(`compare/${name}`, { since });
  room.on('say', (data, { offset = 0, ts }) => ear.hear({ data, offset, ts }));
  client.onStatus(({ state }) => ear.connected(state === 'online'));
  signal.addEventListener('abort', () => void client.close());
  return { client, room };
}
