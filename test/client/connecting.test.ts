import { describe, expect, it } from '@jest/globals';

import { scene } from './support/harness.js';

describe('connecting', () => {
  it('says connect first, and is online with its welcome', async () => {
    const s = await scene();
    const client = s.client({ auth: { nickname: 'Ada' } });
    expect(client.status).toEqual({ state: 'connecting' });
    const peer = await s.server.peer();
    const connect = await peer.welcome({ user: { id: 'u1', name: 'Ada' } });
    expect(connect).toEqual({ op: 'connect', auth: { nickname: 'Ada' } });
    expect(await s.status('online')).toEqual({ state: 'online', resumed: false, rooms: {}, direct: true });
    expect(client.session).toEqual({ id: 'public' });
    expect(client.user).toEqual({ id: 'u1', name: 'Ada' });
  });

  it('joins, hears, sends and gets answers', async () => {
    const s = await scene();
    const { client, peer } = await s.online();
    const room = client.join('chat/general', { data: { as: 'guest' } });
    const said: unknown[] = [];
    room.on('say', (data, message) => said.push([data, message.offset]));
    const join = await peer.next({ op: 'join', room: 'chat/general', data: { as: 'guest' } });
    peer.send(
      { op: 'joined', id: join.id!, room: 'chat/general', epoch: 'e', offset: 4, data: { topic: 'birds' } },
      { event: 'say', room: 'chat/general', data: 'hi', offset: 5, ts: 1 },
    );
    expect(await room.joined).toEqual({ data: { topic: 'birds' }, recovered: undefined, position: { epoch: 'e', offset: 4 } });
    await peer.settled();
    expect(said).toEqual([['hi', 5]]);
    expect(room.position).toEqual({ epoch: 'e', offset: 5 });
    const answer = room.send('say', { text: 'hello' });
    const say = await peer.next({ event: 'say', room: 'chat/general', data: { text: 'hello' } });
    peer.send({ op: 'ack', id: say.id!, data: { offset: 6 }, offset: 6 });
    expect(await answer).toEqual({ offset: 6 });
  });
});
