import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BroadcastStream, RoomGateway, type BroadcastStreamOptions } from 'nestjs-roost';
import { Observable, Subject } from 'rxjs';
import { startApp, type TestApp } from '../../support/app.js';
import { eventually, ManualClock } from '../../conformance/support/index.js';
import { RawClient, type RawFrame } from '../../support/raw-client.js';
import type { Backend } from './backend.js';

const ROOM = 'feed/prices';

const isTick = (frame: RawFrame) => frame['event'] === 'tick';
const isEnd = (frame: RawFrame) => frame['op'] === 'complete';

/** A node whose gateway has one stream, and the source of it. */
interface Node {
  readonly app: TestApp;
  readonly source: Subject<unknown>;
  /** Whether it is subscribed here. */
  readonly subscribed: () => boolean;
}

/** What becomes of a stream that one node has for all, whatever the nodes share. */
export function streamCases(open: (clock: ManualClock) => Promise<Backend>): void {
  let backend: Backend;
  let clock: ManualClock;
  const apps: TestApp[] = [];
  const clients: RawClient[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    backend = await open(clock);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.cut()));
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await backend.close();
  });

  async function start(options: BroadcastStreamOptions): Promise<Node> {
    const source = new Subject<unknown>();
    let subscriptions = 0;

    @RoomGateway('feed/:name', { presence: 'off' })
    class FeedGateway {
      @BroadcastStream('tick', options)
      ticks() {
        return new Observable((subscriber) => {
          subscriptions++;
          const subscription = source.subscribe(subscriber);
          return () => {
            subscriptions--;
            subscription.unsubscribe();
          };
        });
      }
    }
    const store = await backend.node();
    const app = await startApp({
      providers: [FeedGateway],
      roost: { store, clock, heartbeat: { interval: 1_000_000 } },
    });
    apps.push(app);
    return { app, source, subscribed: () => subscriptions === 1 };
  }

  async function member({ app }: Node): Promise<RawClient> {
    const client = await RawClient.session(app.url);
    clients.push(client);
    await client.request({ op: 'join', room: ROOM });
    return client;
  }

  /** The nodes by which one has the stream. */
  async function elected(...nodes: Node[]): Promise<Node> {
    await eventually(() => nodes.filter(({ subscribed }) => subscribed()).length === 1, 'one node with the stream');
    return nodes.find(({ subscribed }) => subscribed()) as Node;
  }

  describe('a stream that one node has for all', () => {
    it('is subscribed on one, and its values reach the members of each, once', async () => {
      const nodes = [await start({ scope: 'cluster' }), await start({ scope: 'cluster' })] as const;
      const members = await Promise.all(nodes.map(member));
      const { source } = await elected(...nodes);
      for (const value of [1, 2, 3]) source.next(value);
      for (const client of members) {
        for (const value of [1, 2, 3]) expect(await client.find(isTick, 'a tick')).toMatchObject({ data: value });
        await client.settled();
        expect(client.unread.filter(isTick)).toEqual([]);
      }
    });

    it('moves to another where the last member of its node leaves', async () => {
      const nodes = [await start({ scope: 'cluster' }), await start({ scope: 'cluster' })] as const;
      const members = await Promise.all(nodes.map(member));
      const first = await elected(...nodes);
      const index = nodes.indexOf(first);
      await members[index]?.close();
      const next = nodes[1 - index] as Node;
      await eventually(() => next.subscribed() && !first.subscribed(), 'the other node to have it');
      next.source.next('moved');
      expect(await members[1 - index]?.find(isTick, 'a tick')).toMatchObject({ data: 'moved' });
    });

    it('gives who comes in on any node the newest value', async () => {
      const options = { scope: 'cluster', latest: true } as const;
      const nodes = [await start(options), await start(options)] as const;
      const members = await Promise.all(nodes.map(member));
      const { source } = await elected(...nodes);
      source.next('new');
      await Promise.all(members.map((client) => client.find(isTick, 'a tick')));
      for (const node of nodes) {
        expect(await (await member(node)).find(isTick, 'the newest')).toMatchObject({ data: 'new' });
      }
    });

    it('tells its end on each, and to who comes later', async () => {
      const nodes = [await start({ scope: 'cluster' }), await start({ scope: 'cluster' })] as const;
      const members = await Promise.all(nodes.map(member));
      (await elected(...nodes)).source.complete();
      await Promise.all(members.map((client) => client.find(isEnd, 'the end')));
      for (const node of nodes) await (await member(node)).find(isEnd, 'the end');
    });

    it('is so by itself where it is durable: each value is in the log once', async () => {
      const nodes = [await start({ durable: true }), await start({ durable: true })] as const;
      const members = await Promise.all(nodes.map(member));
      const { source } = await elected(...nodes);
      source.next('kept');
      for (const client of members) {
        expect(await client.find(isTick, 'a tick')).toMatchObject({ data: 'kept', offset: 1 });
        const { data } = await client.request({ op: 'history', room: ROOM });
        expect((data as { messages: unknown[] }).messages).toHaveLength(1);
      }
    });
  });
}
