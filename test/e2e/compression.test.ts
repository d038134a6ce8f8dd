import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { RoomGateway, Rooms } from 'nestjs-roost';
import type { ClientOptions } from 'ws';
import { startApp, type TestApp } from '../support/app.js';
import { RawClient } from '../support/raw-client.js';

@RoomGateway('feed/:name', { presence: 'off' })
class FeedGateway {}

const LONG = 'all work and no play makes a dull message '.repeat(200);

/** Bytes that have come in on a client's network socket. */
function bytesRead(client: RawClient): number {
  return (client.socket as unknown as { _socket: Socket })._socket.bytesRead;
}

async function member(server: TestApp, options: ClientOptions): Promise<RawClient> {
  const client = await RawClient.session(server.url, {}, options);
  await client.request({ op: 'join', room: 'feed/news' });
  return client;
}

/** Bytes that a client reads for one message. */
async function costOf(client: RawClient, publish: () => Promise<unknown>): Promise<number> {
  const before = bytesRead(client);
  await publish();
  await client.find((frame) => frame['event'] === 'item', 'the item');
  return bytesRead(client) - before;
}

describe('compression', () => {
  let server: TestApp;
  let clients: RawClient[];

  beforeEach(async () => {
    server = await startApp({ providers: [FeedGateway], roost: { compression: { threshold: 100 } } });
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) await client.close();
    await server.close();
  });

  const publish = (data: string) => () => server.app.get(Rooms).get('feed/news').broadcast('item', data);

  it('gives members that take it a compressed frame, and the others a plain one', async () => {
    const deflating = await member(server, { perMessageDeflate: true });
    const plain = await member(server, { perMessageDeflate: false });
    clients = [deflating, plain];
    expect(deflating.socket.extensions).toBe('permessage-deflate');
    const [compressed, uncompressed] = await Promise.all([
      costOf(deflating, publish(LONG)),
      costOf(plain, async () => {}),
    ]);
    expect(compressed).toBeLessThan(LONG.length / 10);
    expect(uncompressed).toBeGreaterThan(LONG.length);
  });

  it('keeps the order of compressed messages and those below the threshold', async () => {
    const client = await member(server, { perMessageDeflate: true });
    clients = [client];
    for (let i = 0; i < 50; i++) await publish(i % 2 === 0 ? `${i} ${LONG}` : `${i}`)();
    for (let i = 0; i < 50; i++) {
      const { data, offset } = await client.find((frame) => frame['event'] === 'item', `item ${i}`);
      expect([parseInt(data as string, 10), offset]).toEqual([i, i + 1]);
    }
  });

  it('gives a member with a smaller window plain frames, which it can read', async () => {
    const client = await member(server, { perMessageDeflate: { serverMaxWindowBits: 9 } });
    clients = [client];
    expect(client.socket.extensions).toBe('permessage-deflate');
    expect(await costOf(client, publish(LONG))).toBeGreaterThan(LONG.length);
  });

  it('closes a client whose frame inflates beyond the limit, with 1009', async () => {
    const bystander = await member(server, { perMessageDeflate: true });
    const bomber = await member(server, { perMessageDeflate: { threshold: 0 } });
    clients = [bystander];
    bomber.send(JSON.stringify({ event: 'x', data: '0'.repeat(10 * 1024 * 1024) }));
    expect((await bomber.closed).code).toBe(1009);
    expect(await costOf(bystander, publish('still here'))).toBeGreaterThan(0);
  });

  it('is off by default', async () => {
    const stock = await startApp({ providers: [FeedGateway] });
    const client = await member(stock, { perMessageDeflate: true });
    expect(client.socket.extensions).toBe('');
    await client.close();
    await stock.close();
  });
});
