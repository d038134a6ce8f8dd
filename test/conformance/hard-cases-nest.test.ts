import { describe, expect, it } from '@jest/globals';
import { Heartbeat } from 'nestjs-roost';
import { EMPTY, NEVER, of, throwError } from 'rxjs';
import { eventually, Gate, joined, ManualClock, useStage, type RawClient } from './support/index.js';

const start = useStage();

/** Writes bytes past the WebSocket library. */
function write(client: RawClient, bytes: Buffer): void {
  (client.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(bytes);
}

describe('hard case 20: messages sent right after open', () => {
  it('wait for asynchronous authentication, in session mode', async () => {
    const gate = new Gate();
    const stage = await start({ authenticate: () => gate.pass().then(() => ({ user: { id: 'u' } })) });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    client.send({ op: 'join', room: 'room/a', id: 1 });
    client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
    await gate.reached();
    expect(stage.calls).toEqual([]);
    gate.open();
    await client.expect({ op: 'welcome' });
    await client.expect({ op: 'joined', id: 1 });
    await client.expect({ op: 'ack', id: 2, data: 1 });
  });

  it('wait for it in plain mode', async () => {
    const stage = await start({ authenticate: async () => ({ user: { id: 'u' } }) });
    const client = await stage.plain();
    client.send({ op: 'join', room: 'room/a' });
    client.send({ event: 'run', room: 'room/a', data: 1, id: 1 });
    await client.expect({ op: 'joined' });
    await client.expect({ op: 'ack', id: 1, data: 1 });
  });

  it.each([
    ['throws', () => raise(new Error('away'))],
    ['rejects', () => Promise.reject(new Error('away'))],
    ['throws no error', () => raise('away')],
    ['returns a user instead of { user }', () => ({ id: 'u' })],
    ['returns a user without an id', () => ({ user: {} })],
  ])('an authenticator that %s crashes nothing', async (_what, authenticate) => {
    const stage = await start({ authenticate: authenticate as unknown as () => null });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    client.send({ event: 'ordinary', id: 1 });
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(stage.calls).toEqual([]);
  });

  it('one that goes before it is known who it is leaves nothing', async () => {
    const gate = new Gate();
    const stage = await start({ authenticate: () => gate.pass().then(() => ({})) });
    const heartbeat = stage.app.get(Heartbeat);
    const client = await stage.silent();
    client.send({ op: 'connect' });
    await gate.reached();
    expect(heartbeat.size).toBe(1);
    await client.cut();
    await eventually(() => heartbeat.size === 0, 'the server to see it go');
    gate.open();
    await (await stage.session()).settled();
    expect(stage.sessions.size).toBe(1);
  });
});

describe('hard case 21: a handler', () => {
  it.each([
    ['returns an Observable: its first value', () => of(1, 2, 3), { op: 'ack', data: 1 }],
    ['returns an Observable without an end', () => NEVER, undefined],
    ['returns an empty Observable', () => EMPTY, { op: 'ack' }],
    [
      'returns an Observable that errors',
      () => throwError(() => new Error('broken')),
      { op: 'error', code: 'INTERNAL' },
    ],
    ['throws', () => raise(new Error('broken')), { op: 'error', code: 'INTERNAL' }],
    ['never resolves', () => new Promise(() => {}), undefined],
    ['returns what is no JSON', () => ({ big: 1n }), { op: 'error', code: 'INTERNAL' }],
    ['returns a function', () => () => 1, { op: 'ack' }],
  ])('%s', async (_what, run, expected) => {
    const clock = new ManualClock();
    const stage = await start({ clock, timeouts: { handler: 1_000 } });
    const client = await stage.member('room/a');
    Object.assign(stage.script, { run, ordinary: run });
    for (const room of ['room/a', undefined]) {
      const id = client.id();
      client.send({ event: room === undefined ? 'ordinary' : 'run', room, id });
      await client.settled();
      if (expected === undefined) clock.advance(1_020);
      expect(await client.answer(id)).toMatchObject(expected ?? { op: 'error', code: 'OUTCOME_UNKNOWN' });
    }
    stage.script.run = () => 'next';
    expect(await client.request({ event: 'run', room: 'room/a' })).toMatchObject({ op: 'ack', data: 'next' });
  });

  it('resolves after the client left', async () => {
    const stage = await start();
    const gate = new Gate();
    const client = await stage.member('room/a');
    stage.script.run = ({ room }) => gate.pass().then(() => room.broadcast('say', 'late'));
    client.send({ event: 'run', room: 'room/a', id: 2 });
    await gate.reached();
    await client.close(1000);
    const watcher = await stage.session();
    stage.script.join = () => undefined;
    await joined(watcher, 'room/a');
    gate.open();
    await watcher.expect({ event: 'say', data: 'late' });
  });
});

describe('hard case 24: what is no frame of the protocol', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

  it.each([
    ['bad JSON', '{"op":'],
    ['nothing', ''],
    ['an array', '[{"op":"ping"}]'],
    ['a number', '5'],
    ['a string', '"ping"'],
    ['null', 'null'],
    ['a deep array', deep],
  ])('%s is BAD_FRAME, and the connection stays', async (_what, text) => {
    const stage = await start();
    for (const client of [await stage.session(), await stage.plain(), await stage.silent()]) {
      client.socket.send(text);
      await client.expect({ op: 'error', code: 'BAD_FRAME' });
      await client.settled();
      expect(client.unread).toEqual([]);
    }
  });

  it('a deep object as data breaks no more than its own request', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    for (const frame of [{ event: 'run', room: 'room/a' }, { event: 'say', room: 'room/a' }, { event: 'ordinary' }]) {
      const id = client.id();
      client.send(`{"id":${id},${JSON.stringify(frame).slice(1, -1)},"data":${deep}}`);
      await client.answer(id);
    }
    stage.script.run = () => 'fine';
    expect(await client.request({ event: 'run', room: 'room/a' })).toMatchObject({ op: 'ack', data: 'fine' });
  });

  it('a frame of 10 MiB is 1009', async () => {
    const stage = await start();
    const client = await stage.session();
    client.send(`{"event":"ordinary","data":"${'x'.repeat(10 * 1_024 * 1_024)}"}`);
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(stage.calls).toEqual([]);
  });

  it.each([
    ['invalid UTF-8', (client: RawClient) => client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false }), 1007],
    ['an unmasked frame', (client: RawClient) => write(client, Buffer.from([0x81, 0x02, 0x7b, 0x7d])), 1002],
    ['a reserved opcode', (client: RawClient) => write(client, Buffer.from([0x83, 0x80, 0, 0, 0, 0])), 1002],
    ['a reserved bit', (client: RawClient) => write(client, Buffer.from([0xa1, 0x80, 0, 0, 0, 0])), 1002],
  ])('%s closes the connection alone, and the session is kept', async (_what, send, code) => {
    const stage = await start();
    const client = await stage.member('room/a');
    const other = await stage.member('room/a');
    send(client);
    expect(await client.closed).toMatchObject({ code });
    expect((await stage.resume(client)).welcome).toMatchObject({ resumed: true });
    await stage.publish('room/a', 1);
    await other.expect({ event: 'say', offset: 1 });
  });

  it('bytes that are no WebSocket at all after the upgrade break nothing else', async () => {
    const stage = await start();
    const client = await stage.session();
    const other = await stage.session();
    write(client, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await client.closed;
    expect(await other.request({ event: 'ordinary', data: 1 })).toMatchObject({ op: 'ack' });
  });
});

function raise(error: unknown): never {
  throw error;
}
