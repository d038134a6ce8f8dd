import { describe, expect, it } from '@jest/globals';
import { Gate, idOf, joined, positionOf, tokenOf, useStage } from './support/index.js';

const start = useStage();

describe('direct messages', () => {
  it('are numbered, and sent again on a resume until acknowledged', async () => {
    const stage = await start();
    const client = await stage.session();
    for (const n of [1, 2, 3]) stage.of(client).send('hello', n);
    for (const seq of [1, 2, 3]) {
      expect(await client.expect({ event: 'hello' })).toEqual({ event: 'hello', data: seq, seq });
    }
    client.send({ op: 'pong', seq: 1 });
    await client.settled();
    const back = await stage.resume(client, { seq: 1 });
    expect(back.welcome).toMatchObject({ direct: { seq: 1, recovered: true } });
    await back.expect({ event: 'hello', seq: 2 });
    await back.expect({ event: 'hello', seq: 3 });
    const again = await stage.resume(back, { seq: 3 });
    expect(again.welcome).toMatchObject({ direct: { seq: 3, recovered: true } });
    stage.of(again).send('hello', 4);
    await again.expect({ event: 'hello', seq: 4 });
    expect(again.unread).toEqual([]);
  });

  it('wait while the session is away, and while its resume is asked for', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    await stage.lose(client);
    stage.of(client).send('hello', 'away');
    stage.script.resume = () => gate.pass();
    const back = await stage.silent();
    back.send({ op: 'connect', session: tokenOf(client) });
    await gate.reached();
    stage.of(client).send('hello', 'asked');
    gate.open();
    await back.expect({ op: 'welcome', resumed: true });
    await back.expect({ event: 'hello', data: 'away', seq: 1 });
    await back.expect({ event: 'hello', data: 'asked', seq: 2 });
  });

  it('come behind `left` and before what rooms have', async () => {
    const stage = await start();
    const client = await stage.session();
    const rooms = {
      'room/a': positionOf(await joined(client, 'room/a')),
      'room/b': positionOf(await joined(client, 'room/b')),
    };
    await stage.lose(client);
    await stage.publish('room/a', 1);
    stage.of(client).send('hello');
    stage.room('room/b').kick(idOf(client));
    const back = await stage.resume(client, { rooms });
    await back.expect({ op: 'left', room: 'room/b' });
    await back.expect({ event: 'hello', seq: 1 });
    await back.expect({ event: 'say', room: 'room/a' });
  });

  it.each([
    ['256 of them wait', 256, 'x', true, 0],
    ['one more, and the oldest is gone', 257, 'x', false, 1],
    ['four of 60,000 bytes wait', 4, 'x'.repeat(60_000), true, 0],
    ['five of them are more than 256 KiB', 5, 'x'.repeat(60_000), false, 1],
  ])('%s', async (_what, count, data, recovered, seq) => {
    const stage = await start();
    const client = await stage.session();
    await stage.lose(client);
    for (let n = 0; n < count; n++) stage.of(client).send('hello', data);
    const back = await stage.resume(client, { seq: 0 });
    expect(back.welcome['direct']).toEqual({ seq, recovered });
    for (let n = seq + 1; n <= count; n++) await back.expect({ event: 'hello', seq: n });
  });

  it('a client that claims to have seen what was never sent is told', async () => {
    const stage = await start();
    const client = await stage.session();
    stage.of(client).send('hello');
    const back = await stage.resume(client, { seq: 5 });
    expect(back.welcome['direct']).toEqual({ seq: 1, recovered: false });
  });
});
