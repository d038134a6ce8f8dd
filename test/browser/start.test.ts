import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { spawnSampleApp, startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(60_000);

let app: SampleApp;

beforeAll(async () => {
  app = await startSampleApp();
});

afterAll(() => app.stop());

const socketUrl = () => `${app.url.replace('http', 'ws')}/ws`;

describe('The sample app', () => {
  it('says in one line that its port is taken', async () => {
    const second = spawnSampleApp({ PORT: `${app.port}` });
    const said: string[] = [];
    for (const stream of [second.stdout, second.stderr]) {
      stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    }
    const [code] = (await once(second, 'close')) as [number];
    expect(code).toBe(1);
    expect(said.join('')).toMatch(/^Port \d+ is taken: [^\n]+\n$/);
  });

  it('serves what was said over HTTP, with the position that a room goes on from', async () => {
    const ada = await RawClient.session(socketUrl(), { auth: { nickname: 'Ada' } });
    await ada.request({ op: 'join', room: 'chat/http' });
    const answer = await ada.request({ event: 'say', room: 'chat/http', data: { text: ' one ' } });
    expect(answer).toMatchObject({ op: 'ack', data: { offset: 1 } });
    const response = await fetch(`${app.url}/api/channels/http/messages`);
    const page = (await response.json()) as { epoch: string; offset: number };
    expect(page).toMatchObject({
      offset: 1,
      more: false,
      messages: [{ event: 'say', offset: 1, data: { from: 'Ada', text: 'one' } }],
    });

    await ada.request({ event: 'say', room: 'chat/http', data: { text: 'two' } });
    const ben = await RawClient.session(socketUrl(), {});
    ben.send({ op: 'join', id: 1, room: 'chat/http', since: { epoch: page.epoch, offset: page.offset } });
    expect(await ben.expect({ op: 'joined' })).toMatchObject({ recovered: true });
    expect(await ben.expect({ event: 'say' })).toMatchObject({ offset: 2, data: { from: 'Ada', text: 'two' } });
    await Promise.all([ada.close(), ben.close()]);
  });

  it('gives a guest a name, and a plain client too', async () => {
    const plain = await RawClient.plain(socketUrl());
    plain.send({ op: 'join', id: 1, room: 'chat/guests' });
    const joined = await plain.expect({ op: 'joined' });
    expect(joined['data'].you.name).toMatch(/^\w+ \w+ \d\d$/);
    plain.send({ event: 'say', room: 'chat/guests', data: { text: 'hi' } });
    expect(await plain.expect({ event: 'say' })).toMatchObject({ data: { from: joined['data'].you.name, text: 'hi' } });
    await plain.close();
  });

  it('lets a guest come back to its session', async () => {
    const guest = await RawClient.session(socketUrl(), {});
    guest.socket.terminate();
    await guest.closed;
    const again = await RawClient.session(socketUrl(), { session: guest.welcome['session'].token });
    expect(again.welcome).toMatchObject({ resumed: true, user: guest.welcome['user'] });
    await again.close();
  });

  it.each([[{ nickname: '' }], [{ nickname: 'x'.repeat(25) }], [{ nickname: '\u200b\u202e' }], [{ nickname: 7 }]])(
    'refuses %j with words',
    async (auth) => {
      const client = await RawClient.silent(socketUrl());
      client.send({ op: 'connect', auth });
      expect((await client.expect({ op: 'error' }))['message']).toMatch(/^A nickname /);
      expect(await client.closed).toMatchObject({ code: 4403 });
    },
  );

  it.each([['Upper'], ['with space'], ['-dash-first'], ['x'.repeat(33)]])(
    'has no channel called %j, over HTTP and over the WebSocket',
    async (name) => {
      const path = encodeURIComponent(name);
      expect((await fetch(`${app.url}/channel/${path}`)).status).toBe(400);
      expect((await fetch(`${app.url}/api/channels/${path}/messages`)).status).toBe(400);
      const client = await RawClient.session(socketUrl(), {});
      expect(await client.request({ op: 'join', room: `chat/${name}` })).toMatchObject({ code: 'VALIDATION_FAILED' });
      await client.close();
    },
  );
});
