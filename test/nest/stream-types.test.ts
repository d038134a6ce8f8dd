/**
 * Promises about streams that the compiler keeps: `npm run check` compiles this file. A line below `@ts-expect-error`
 * that did compile would fail it.
 */
import { expect, it } from '@jest/globals';
import { BroadcastStream, broadcastTo, type Room, type RoomMessage, type Rooms } from 'nestjs-roost';
import type { ClientRoom, EventStream, RoostClient } from 'nestjs-roost/client';
import { from, of, type Observable } from 'rxjs';
import { same } from '../support/same.js';

interface Price {
  symbol: string;
  price: number;
}

interface FeedContract {
  clientToServer: { watch: (symbol: string) => void };
  serverToClient: { price: Price; viewers: number };
}

const price: Price = { symbol: 'A', price: 1 };

/** Streams as gateways declare them; never run. */
function declared() {
  class Declared {
    @BroadcastStream<FeedContract, 'price'>('price', { latest: true, key: ({ symbol }) => symbol })
    price() {
      return of(price);
    }

    @BroadcastStream<FeedContract, 'viewers'>('viewers')
    async *iterated() {
      yield 1;
    }

    @BroadcastStream<FeedContract, 'viewers'>('viewers')
    async promised() {
      return of(1);
    }

    // @ts-expect-error there is no such event
    @BroadcastStream<FeedContract, 'prize'>('prize')
    noSuchEvent() {
      return of(price);
    }

    // @ts-expect-error the name is another event's
    @BroadcastStream<FeedContract, 'price'>('viewers')
    otherEvent() {
      return of(price);
    }

    // @ts-expect-error `watch` is the client's to send
    @BroadcastStream<FeedContract, 'watch'>('watch')
    clientsEvent() {
      return of('A');
    }

    // @ts-expect-error the price is a number
    @BroadcastStream<FeedContract, 'price'>('price')
    wrongPayload() {
      return of({ symbol: 'A', price: '1' });
    }

    // @ts-expect-error the values are numbers
    @BroadcastStream<FeedContract, 'viewers'>('viewers')
    async *wrongIterated() {
      yield '1';
    }

    // @ts-expect-error it returns a value, and no stream of them
    @BroadcastStream<FeedContract, 'viewers'>('viewers')
    noStream() {
      return 1;
    }

    // @ts-expect-error a price is no number
    @BroadcastStream<FeedContract, 'price'>('price', { latest: true, key: (viewers: number) => viewers })
    wrongKey() {
      return of(price);
    }

    @BroadcastStream<number>('anything')
    ofOneType() {
      return of(1);
    }

    // @ts-expect-error the values are numbers
    @BroadcastStream<number>('anything')
    notOfOneType() {
      return of('1');
    }

    @BroadcastStream('anything')
    untyped() {
      return of(price);
    }

    // @ts-expect-error it returns no stream
    @BroadcastStream('anything')
    untypedNoStream() {
      return price;
    }

    // @ts-expect-error two policies exclude each other
    @BroadcastStream('anything', { latest: true, sample: 50 })
    twoPolicies() {
      return of(price);
    }
  }
  return Declared;
}

function server(room: Room<FeedContract>, rooms: Rooms): void {
  same<Observable<Price>, typeof sent>(true);
  const sent = of(price).pipe(broadcastTo(room, 'price', { latest: true, key: ({ symbol }) => symbol }));
  of(1).pipe(broadcastTo(rooms.get<FeedContract>('feed/a'), 'viewers'));
  // @ts-expect-error the price is a number
  of({ symbol: 'A', price: '1' }).pipe(broadcastTo(room, 'price'));
  // @ts-expect-error there is no such event
  of(price).pipe(broadcastTo(room, 'prize'));
  // @ts-expect-error `watch` is the client's to send
  of('A').pipe(broadcastTo(room, 'watch'));
  // @ts-expect-error a price is no number
  of(price).pipe(broadcastTo(room, 'price', { latest: true, key: (viewers: number) => viewers }));
  of(price).pipe(broadcastTo(rooms.get('feed/a'), 'anything'));

  same<ReturnType<typeof prices>, Observable<RoomMessage<Price>>>(true);
  room.on$('viewers', { since: { epoch: 'e', offset: 1 } }).subscribe(({ data, offset }) => {
    same<typeof data, number>(true);
    same<typeof offset, number | undefined>(true);
  });
  // @ts-expect-error there is no such event
  room.on$('prize');
  // @ts-expect-error a position has an epoch
  room.on$('price', { since: 1 });
  rooms
    .get('feed/a')
    .on$('anything')
    .subscribe(({ data }) => same<typeof data, unknown>(true));
  // Messages of any event: what one holds is known when it has been looked at.
  room.messages$({ since: { epoch: 'e', offset: 1 } }).subscribe(({ event, data }) => {
    same<typeof event, string>(true);
    same<typeof data, unknown>(true);
    // @ts-expect-error it is not known to be a number
    same<typeof data, number>(true);
  });
  // @ts-expect-error a position has an epoch
  room.messages$({ since: 1 });

  function prices() {
    return room.on$('price');
  }
}

async function client(roost: RoostClient, untyped: ClientRoom): Promise<void> {
  const room = roost.join<FeedContract>('feed/a');
  const stream = room.on$('price');
  same<typeof stream, EventStream<Price>>(true);
  from(stream).subscribe((value) => same<typeof value, Price>(true));
  for await (const viewers of room.on$('viewers')) same<typeof viewers, number>(true);
  // @ts-expect-error there is no such event
  room.on$('prize');
  // @ts-expect-error `watch` is the client's to send
  room.on$('watch');
  // @ts-expect-error viewers are counted
  stream.subscribe({ next: (viewers: number) => viewers });
  for await (const data of untyped.on$('anything')) same<typeof data, unknown>(true);
}

it('a contract types streams on both sides', () => {
  expect([declared, server, client]).toHaveLength(3);
});
