import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BroadcastStream, broadcastTo, CurrentRoom, Room, RoomGateway, RoomParam, Rooms } from 'nestjs-roost';
import { RoostClient, type WebSocketConstructor } from 'nestjs-roost/client';
import { firstValueFrom, from, map, Observable, Subject, take, toArray } from 'rxjs';
import { WebSocket } from 'ws';
import { startApp, type TestApp } from '../support/app.js';
import { RawClient, type RawFrame } from '../support/raw-client.js';

const ticks = new Subject<{ symbol: string; price: number }>();
let subscriptions = 0;

@RoomGateway('feed/:name', { presence: 'list' })
class FeedGateway {
  @BroadcastStream<{ symbol: string; price: number }>('tick', { latest: true, key: ({ symbol }) => symbol })
  ticks(@RoomParam('name') name: string): Observable<{ symbol: string; price: number }> {
    if (name !== 'prices') throw new Error(`a stream of ${name}`);
    return new Observable((subscriber) => {
      subscriptions++;
      const subscription = ticks.subscribe(subscriber);
      return () => {
        subscriptions--;
        subscription.unsubscribe();
      };
    });
  }

  @BroadcastStream('viewers', { latest: true })
  viewers(@CurrentRoom() room: Room) {
    return room.presence$.pipe(map(({ count }) => count));
  }

  @BroadcastStream('countdown', { durable: true })
  async *countdown() {
    yield 2;
    yield 1;
  }
}

const named = (event: string) => (frame: RawFrame) => frame['event'] === event;

describe('streams', () => {
  let server: TestApp;

  beforeEach(async () => {
    server = await startApp({ providers: [FeedGateway], roost: { limits: { connections: false } } });
  });
  afterEach(() => server.close());

  async function member() {
    const client = await RawClient.session(server.url);
    await client.request({ op: 'join', room: 'feed/prices' });
    return client;
  }

  it('has one subscription for 500 members, and none when the last has left', async () => {
    const members = await Promise.all(Array.from({ length: 500 }, member));
    expect(subscriptions).toBe(1);
    ticks.next({ symbol: 'A', price: 1 });
    await Promise.all(members.map((client) => client.find(named('tick'), 'a tick')));
    const gone = firstValueFrom(server.app.get(Rooms).removed$);
    await Promise.all(members.map((client) => client.close()));
    await gone;
    expect(subscriptions).toBe(0);
  }, 60_000);

  it('conflates by key, and gives the newest of each key to who comes later', async () => {
    const ann = await member();
    for (let price = 1; price <= 100; price++) for (const symbol of ['A', 'B']) ticks.next({ symbol, price });
    const first = [await ann.find(named('tick'), 'a tick'), await ann.find(named('tick'), 'a tick')];
    expect(first.map(({ data }) => data as unknown)).toEqual([
      { symbol: 'A', price: 100 },
      { symbol: 'B', price: 100 },
    ]);
    const bob = await member();
    expect((await bob.find(named('tick'), 'the newest'))['data']).toEqual({ symbol: 'A', price: 100 });
    expect((await bob.find(named('tick'), 'the newest'))['data']).toEqual({ symbol: 'B', price: 100 });
    await ann.close();
    await bob.close();
  });

  it('keeps what a durable stream gives, and tells its end', async () => {
    const ann = await member();
    expect(await ann.find(named('countdown'), 'the first')).toMatchObject({ data: 2, offset: 1 });
    expect(await ann.find(named('countdown'), 'the second')).toMatchObject({ data: 1, offset: 2 });
    await ann.find((frame) => frame['op'] === 'complete' && frame['event'] === 'countdown', 'its end');
    expect((await server.app.get(Rooms).get('feed/prices').history()).messages).toHaveLength(2);
    const bob = await member();
    await bob.find((frame) => frame['op'] === 'complete' && frame['event'] === 'countdown', 'its end');
    const { token } = bob.welcome['session'] as { token: string };
    const back = await RawClient.session(server.url, { session: token });
    await back.find((frame) => frame['op'] === 'complete' && frame['event'] === 'countdown', 'its end, again');
    await ann.close();
    await back.close();
  });

  it('makes a stream of who is here', async () => {
    const ann = await member();
    const bob = await member();
    await ann.find((frame) => frame['event'] === 'viewers' && frame['data'] === 2, 'two viewers');
    await bob.close();
    await ann.find((frame) => frame['event'] === 'viewers' && frame['data'] === 1, 'one viewer');
    await ann.close();
  });

  it("is an Observable for RxJS's from(), and an AsyncIterable, in the client", async () => {
    const client = new RoostClient(server.url, { WebSocket: WebSocket as unknown as WebSocketConstructor });
    const room = client.join<{ serverToClient: { tick: { price: number }; countdown: number } }>('feed/prices');
    const counted: number[] = [];
    const counting = (async () => {
      for await (const n of room.on$('countdown')) counted.push(n);
    })();
    const prices = firstValueFrom(
      from(room.on$('tick')).pipe(
        map(({ price }) => price),
        take(2),
        toArray(),
      ),
    );
    await room.joined;
    // The stream's end, which the server tells, is the iteration's.
    await counting;
    expect(counted).toEqual([2, 1]);
    ticks.next({ symbol: 'A', price: 1 });
    ticks.next({ symbol: 'B', price: 2 });
    expect(await prices).toEqual([1, 2]);
    await client.close();
  });

  it('broadcasts any Observable, and observes a room from a position without hole or repeat', async () => {
    const room = server.app.get(Rooms).get('feed/prices');
    const values = new Subject<number>();
    const sent = firstValueFrom(values.pipe(broadcastTo(room, 'n', { durable: true }), take(3), toArray()));
    [1, 2, 3].forEach((n) => values.next(n));
    expect(await sent).toEqual([1, 2, 3]);
    const { epoch } = await room.history();
    const seen = firstValueFrom(room.on$('n', { since: { epoch, offset: 1 } }).pipe(take(4), toArray()));
    for (const n of [4, 5]) await room.broadcast('n', n);
    expect((await seen).map(({ data, offset }) => [data, offset])).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
  });
});
