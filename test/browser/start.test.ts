import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { spawnSampleApp, startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

let app: SampleApp;

beforeAll(async () => {
  app = await startSampleApp();
});

afterAll(() => app.stop());

const socketUrl = () => `${app.url.replace('http', 'ws')}/ws`;

describe('The sample app', () => {
  it.each([
    ['taken', () => app.port, /^Port \d+ is taken: [^\n]+\n$/],
    ['no number', () => 'abc', /^PORT must be a number [^\n]+\n$/],
  ])('says in one line that its port is %s', async (_what, port, line) => {
    const second = spawnSampleApp({ PORT: `${port()}` });
    const said: string[] = [];
    for (const stream of [second.stdout, second.stderr]) {
      stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    }
    const [code] = (await once(second, 'close')) as [number];
    expect(code).toBe(1);
    expect(said.join('')).toMatch(line);
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
      messages: [{ event: 'say', offset: 1, data: { author: { name: 'Ada' }, text: 'one' } }],
    });

    await ada.request({ event: 'say', room: 'chat/http', data: { text: 'two' } });
    const ben = await RawClient.session(socketUrl(), {});
    ben.send({ op: 'join', id: 1, room: 'chat/http', since: { epoch: page.epoch, offset: page.offset } });
    expect(await ben.expect({ op: 'joined' })).toMatchObject({ recovered: true });
    expect(await ben.find(({ event }) => event === 'say', 'what was said')).toMatchObject({
      offset: 2,
      data: { author: { name: 'Ada' }, text: 'two' },
    });
    await Promise.all([ada.close(), ben.close()]);
  });

  it.each([
    ['nothing', undefined, 'A message is a text.'],
    ['a number', { text: 7 }, 'A message is a text.'],
    ['only spaces', { text: '\n \t' }, 'the message is empty'],
    ['too much', { text: 'x'.repeat(501) }, 'at most 500 characters'],
  ])('refuses to say %s, with field and constraint', async (_what, data, words) => {
    const ada = await RawClient.session(socketUrl(), { auth: { nickname: 'Ada' } });
    await ada.request({ op: 'join', room: 'chat/refusals' });
    const refusal = await ada.request({ event: 'say', room: 'chat/refusals', data });
    expect(refusal).toMatchObject({ op: 'error', code: 'VALIDATION_FAILED' });
    expect(refusal['details']).toContainEqual({
      field: 'text',
      constraint: expect.any(String),
      message: expect.stringContaining(words),
    });
    await ada.close();
  });

  it('gives a guest a name, and a plain client too', async () => {
    const plain = await RawClient.plain(socketUrl());
    plain.send({ op: 'join', id: 1, room: 'chat/guests' });
    const joined = await plain.expect({ op: 'joined' });
    expect(joined['data'].you.name).toMatch(/^\w+ \w+ \d\d$/);
    plain.send({ event: 'say', room: 'chat/guests', data: { text: 'hi' } });
    expect(await plain.find(({ event }) => event === 'say', 'what was said')).toMatchObject({
      data: { author: { name: joined['data'].you.name }, text: 'hi' },
    });
    await plain.close();
  });

  it('tells guests apart', async () => {
    const guests = await Promise.all([1, 2].map(() => RawClient.session(socketUrl(), {})));
    const [one, two] = guests.map(({ welcome }) => welcome['user'].id as string);
    expect(one).not.toBe(two);
    await Promise.all(guests.map((guest) => guest.close()));
  });

  it('lets a guest come back to its session', async () => {
    const guest = await RawClient.session(socketUrl(), {});
    guest.socket.terminate();
    await guest.closed;
    const again = await RawClient.session(socketUrl(), { session: guest.welcome['session'].token });
    expect(again.welcome).toMatchObject({ resumed: true, user: guest.welcome['user'] });
    await again.close();
  });

  it.each([
    ['that is empty', ''],
    ['that is too long', 'x'.repeat(25)],
    ['that nobody can see', '\u200b\u202e'],
    ['that is a number', 7],
  ])('refuses with words a nickname %s', async (_what, nickname) => {
    const client = await RawClient.silent(socketUrl());
    client.send({ op: 'connect', auth: { nickname } });
    expect((await client.expect({ op: 'error' }))['message']).toMatch(/^A nickname /);
    expect(await client.closed).toMatchObject({ code: 4403 });
  });

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
