import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startSampleApp, type SampleApp } from '../browser/support/sample-app.js';
import { RawClient, type RawFrame } from '../support/raw-client.js';
import { RedisServer } from '../support/redis.js';

jest.setTimeout(180_000);

/** Calls that many come to at once: whoever is first in one of them may be the last in another. */
const CALLS = 10;

let redis: RedisServer;
let nodes: readonly SampleApp[];
const clients: RawClient[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
  nodes = await Promise.all([1, 2].map(() => startSampleApp({ ROOST_REDIS_URL: redis.url })));
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.end();
});

async function comesTo({ url }: SampleApp): Promise<RawClient> {
  const client = await RawClient.session(`${url.replace('http', 'ws')}/ws`);
  clients.push(client);
  return client;
}

const joins = (client: RawClient, room: string): Promise<RawFrame> => client.request({ op: 'join', room });

describe('A call', () => {
  it('has room for two, however many come at once to two nodes', async () => {
    const crowd = await Promise.all([0, 1, 0, 1, 0, 1].map((node) => comesTo(nodes[node]!)));
    for (let call = 0; call < CALLS; call++) {
      const answers = await Promise.all(crowd.map((client) => joins(client, `call/crowd-${call}`)));
      expect(answers.map(({ op, code }) => (code as string) ?? op).sort()).toEqual([
        ...Array<string>(4).fill('FORBIDDEN'),
        'joined',
        'joined',
      ]);
    }
  });

  it('has a place again on all nodes as soon as one of the two has left', async () => {
    const [ada, ben, eve] = await Promise.all([0, 1, 0].map((node) => comesTo(nodes[node]!)));
    const room = 'call/again';
    await joins(ada!, room);
    expect(await joins(ben!, room)).toMatchObject({ op: 'joined' });
    expect(await joins(eve!, room)).toMatchObject({ op: 'error', code: 'FORBIDDEN' });
    await ben!.request({ op: 'leave', room });
    await ada!.find(({ op, left }) => op === 'presence' && (left as string[]).length > 0, 'that one has left');
    expect(await joins(eve!, room)).toMatchObject({ op: 'joined' });
  });

  it('may ask for camera and microphone, which other pages may not', async () => {
    const policies = await Promise.all(
      ['/call', '/feed'].map(async (path) => (await fetch(nodes[0]!.url + path)).headers.get('permissions-policy')),
    );
    expect(policies[0]).toContain('camera=(self), microphone=(self)');
    expect(policies[1]).toContain('camera=(), microphone=()');
  });

  it.each([
    ['signal', {}],
    ['signal', { from: 'x'.repeat(65) }],
    ['signal', { from: 'a', description: { type: 'offer', sdp: 'x'.repeat(32_001) } }],
    ['signal', { from: 'a', description: { type: 'shout', sdp: '' } }],
    ['signal', { from: 'a', candidate: { candidate: 'x'.repeat(513) } }],
    ['probe', { number: 'one', answer: true }],
  ] as const)('refuses a %s that is none', async (event, data) => {
    const client = await comesTo(nodes[0]!);
    await joins(client, 'call/refusals');
    expect(await client.request({ event, room: 'call/refusals', data })).toMatchObject({
      op: 'error',
      code: 'VALIDATION_FAILED',
    });
  });
});
