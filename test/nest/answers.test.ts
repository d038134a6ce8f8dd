import { beforeEach, describe, expect, it } from '@jest/globals';
import { Ack, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { OnMessage, RoomGateway } from 'nestjs-roost';
import { concat, defer, EMPTY, finalize, NEVER, of, Subject, throwError } from 'rxjs';
import { Log } from './support/deferred.js';
import { startApp } from '../support/app.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const log = new Log();
let subject: Subject<unknown>;

beforeEach(() => {
  log.clear();
  subject = new Subject();
});

const event = (name: string, data: unknown) => ({ event: name, data });

@RoomGateway('room/:id')
class Gateway {
  @SubscribeMessage('three')
  three() {
    return defer(() => {
      log.add('subscribed');
      return of(event('one', 1), event('two', 2), event('three', 3));
    });
  }

  @SubscribeMessage('ticks')
  ticks() {
    return subject.pipe(finalize(() => log.add('unsubscribed')));
  }

  @SubscribeMessage('broken')
  broken() {
    return concat(
      of(event('one', 1)),
      throwError(() => new Error('secret')),
    );
  }

  @SubscribeMessage('failing')
  failing() {
    return throwError(() => new Error('secret'));
  }

  @SubscribeMessage('empty')
  empty() {
    return EMPTY;
  }

  @SubscribeMessage('ack')
  ack(@MessageBody() data: string, @Ack() ack: (answer: string) => void) {
    setImmediate(() => ack(`ack ${data}`));
    return 'returned';
  }

  @SubscribeMessage('after')
  after() {
    return 'after';
  }
}

describe('a stream from @SubscribeMessage', () => {
  beforeEach(async () => {
    await scene.start({ providers: [Gateway] });
  });

  it('is sent to a stock client as Nest does, each event in order', async () => {
    const client = await scene.plain();
    client.send({ event: 'three' });
    await client.expect({ event: 'one', data: 1 });
    await client.expect({ event: 'two', data: 2 });
    await client.expect({ event: 'three', data: 3 });
    expect(log.lines).toEqual(['subscribed']);
  });

  it("answers a session's id with its first value, and sends the others behind it, subscribed to once", async () => {
    const client = await scene.session();
    client.send({ event: 'three', id: 1 });
    await client.expect({ op: 'ack', id: 1, data: 1 });
    await client.expect({ event: 'two', data: 2 });
    await client.expect({ event: 'three', data: 3 });
    expect(log.lines).toEqual(['subscribed']);
  });

  it('is sent to a session without an id event by event', async () => {
    const client = await scene.session();
    client.send({ event: 'three' });
    await client.expect({ event: 'one', data: 1 });
    await client.expect({ event: 'two', data: 2 });
    await client.expect({ event: 'three', data: 3 });
  });

  it.each(['plain', 'session'] as const)('goes on until the %s client is gone', async (mode) => {
    const client = await scene[mode]();
    client.send({ event: 'ticks', ...(mode === 'session' && { id: 1 }) });
    await client.settled();
    subject.next(event('tick', 1));
    await client.expect(mode === 'session' ? { op: 'ack', id: 1, data: 1 } : { event: 'tick', data: 1 });
    client.send({ event: 'after', id: 2 });
    await client.expect({ op: 'ack', id: 2, data: 'after' });
    subject.next(event('tick', 2));
    await client.expect({ event: 'tick', data: 2 });
    expect(subject.observed).toBe(true);
    await client.cut();
    await log.has('unsubscribed');
    expect(subject.observed).toBe(false);
  });

  it('that fails later ends, and tells nobody why', async () => {
    const client = await scene.session();
    expect(await client.request({ event: 'broken' })).toEqual({ op: 'ack', id: 1, data: 1 });
    expect(await client.request({ event: 'failing' })).toEqual({
      op: 'error',
      id: 2,
      code: 'INTERNAL',
      message: 'something went wrong',
    });
    expect(await client.request({ event: 'empty' })).toEqual({ op: 'ack', id: 3 });
    await client.settled();
    expect(client.unread).toEqual([]);
  });
});

describe('@Ack()', () => {
  it.each(['plain', 'session'] as const)('answers the id of a %s client', async (mode) => {
    await scene.start({ providers: [Gateway] });
    const client = await scene[mode]();
    client.send({ event: 'ack', data: 'x', id: 1 });
    await client.expect({ op: 'ack', id: 1, data: 'ack x' });
    await client.settled();
    expect(client.unread).toEqual([]);
  });

  it('sends what a stock client without an id would have got returned', async () => {
    await scene.start({ providers: [Gateway] });
    const client = await scene.plain();
    client.send({ event: 'ack', data: 'x' });
    await client.find((frame) => (frame as unknown) === 'ack x', 'ack x');
    await client.settled();
    expect(client.unread).toEqual([]);
  });

  it('is refused at boot in handlers of rooms, which return their answer', async () => {
    @RoomGateway('room/:id')
    class Acknowledging {
      @OnMessage('say')
      say(@Ack() _ack: unknown) {}
    }
    await expect(startApp({ providers: [Acknowledging] })).rejects.toThrow(
      'Acknowledging.say: @Ack() is for @SubscribeMessage(); return the answer instead',
    );
  });
});

describe('a handler of a room that returns an Observable', () => {
  @RoomGateway('room/:id')
  class Streaming {
    @OnMessage('many')
    many() {
      return concat(of('first', 'second'), NEVER).pipe(finalize(() => log.add('unsubscribed')));
    }

    @OnMessage('empty')
    empty() {
      return EMPTY;
    }

    @OnMessage('later')
    later() {
      return subject;
    }

    @OnMessage('failing')
    async failing() {
      return Promise.resolve(throwError(() => new Error('secret')));
    }
  }

  it('answers with its first value, and unsubscribes', async () => {
    await scene.start({ providers: [Streaming] });
    const client = await scene.member('room/1');
    expect(await client.request({ event: 'many', room: 'room/1' })).toEqual({ op: 'ack', id: 2, data: 'first' });
    expect(log.lines).toEqual(['unsubscribed']);
    expect(await client.request({ event: 'empty', room: 'room/1' })).toEqual({ op: 'ack', id: 3 });
    const later = client.request({ event: 'later', room: 'room/1' });
    await client.settled();
    subject.next({ late: true });
    expect(await later).toEqual({ op: 'ack', id: 4, data: { late: true } });
    expect(subject.observed).toBe(false);
    expect(await client.request({ event: 'failing', room: 'room/1' })).toMatchObject({ id: 5, code: 'INTERNAL' });
  });

  it('answers undefined where it completes without a value', async () => {
    await scene.start({ providers: [Streaming] });
    const client = await scene.member('room/1');
    const later = client.request({ event: 'later', room: 'room/1' });
    await client.settled();
    subject.complete();
    expect(await later).toEqual({ op: 'ack', id: 2 });
  });
});
