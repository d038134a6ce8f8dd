import { once } from 'node:events';
import { Agent, get, request, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { MemoryStore, Rooms, type HistoryPage, type Position } from 'nestjs-roost';
import { filter, firstValueFrom, Subject, timeout } from 'rxjs';
import type { Traffic } from '../../sample-app/src/compare/compare.contract.js';
import { CompareGateway } from '../../sample-app/src/compare/compare.gateway.js';
import { EventsController } from '../../sample-app/src/compare/events.controller.js';
import { LongPollingController } from '../../sample-app/src/compare/long-polling.controller.js';
import { PollingController } from '../../sample-app/src/compare/polling.controller.js';
import { PostController } from '../../sample-app/src/compare/post.controller.js';
import { TrafficCounter } from '../../sample-app/src/compare/traffic.js';
import { startApp, type TestApp } from '../support/app.js';
import { Proxy } from '../support/proxy.js';
import { RawClient } from '../support/raw-client.js';

@Controller()
class OtherController {
  @Get('other')
  other() {
    return 'x'.repeat(5_000);
  }
}

/** Tells when the node begins to look at a room's log, and when nobody there wants it any more. */
class WatchedStore extends MemoryStore {
  readonly watched$ = new Subject<'begun' | 'ended'>();

  override async subscribe(...given: Parameters<MemoryStore['subscribe']>) {
    const { position, close } = await super.subscribe(...given);
    this.watched$.next('begun');
    return {
      position,
      close: () => {
        close();
        this.watched$.next('ended');
      },
    };
  }
}

const ROOM = 'compare/7';
const CHANNEL = '7';

let server: TestApp;
let store: WatchedStore;
let rooms: Rooms;
let agents: Agent[];
let proxy: Proxy | undefined;

beforeEach(async () => {
  agents = [];
  store = new WatchedStore();
  server = await startApp({
    roost: { store },
    controllers: [EventsController, LongPollingController, OtherController, PollingController, PostController],
    providers: [CompareGateway, TrafficCounter],
  });
  rooms = server.app.get(Rooms);
});

afterEach(async () => {
  for (const agent of agents) agent.destroy();
  await server.close();
  await proxy?.close();
  proxy = undefined;
});

/** Where the room is now. */
async function here(): Promise<Position> {
  const { epoch, offset } = await rooms.get(ROOM).history({ limit: 1 });
  return { epoch, offset };
}

async function say(text: string): Promise<void> {
  await rooms.get(ROOM).broadcast('say', { from: 'Ada', text });
}

/** A connection of its own, kept alive. */
function connection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
}

/** Begins to ask; what has asked may be destroyed. */
function ask(way: string, since: Position, agent = connection(), port = server.port) {
  const path = `/api/compare/${CHANNEL}/${way}?since=${since.epoch}:${since.offset}`;
  const asking = get({ port, path, agent });
  asking.on('error', () => {});
  const answer = once(asking, 'response').then(([response]) => response as IncomingMessage);
  answer.catch(() => {});
  return { asking, answer };
}

async function textOf(answer: Promise<IncomingMessage>): Promise<string> {
  let text = '';
  for await (const chunk of await answer) text += String(chunk);
  return text;
}

async function said(answer: Promise<IncomingMessage>): Promise<string[]> {
  const page = JSON.parse(await textOf(answer)) as HistoryPage;
  return page.messages.map(({ data }) => (data as { text: string }).text);
}

/** The next time that the room begins, or ends, to be watched. */
function watching(what: 'begun' | 'ended'): Promise<unknown> {
  return firstValueFrom(
    store.watched$.pipe(
      filter((change) => change === what),
      timeout({
        first: 5_000,
        with: () => {
          throw new Error(`watching has not ${what}`);
        },
      }),
    ),
  );
}

/** Counted traffic that is as wanted; until then it is asked again. */
function counted(done: (traffic: Traffic) => boolean): Promise<Traffic> {
  return new Promise((resolve, reject) => {
    let last: Traffic | undefined;
    const subscription = counting.subscribe((traffic) => {
      last = traffic;
      if (done(traffic)) finish(() => resolve(traffic));
    });
    const timer = setTimeout(() => finish(() => reject(new Error(`counted ${JSON.stringify(last)}`))), 8_000);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      subscription.unsubscribe();
      settle();
    };
  });
}

describe('Polling', () => {
  it('answers at once, with what was said since', async () => {
    const since = await here();
    expect(await said(ask('polling', since).answer)).toEqual([]);
    await say('one');
    await say('two');
    expect(await said(ask('polling', since).answer)).toEqual(['one', 'two']);
    expect(await said(ask('polling', { ...since, offset: 1 }).answer)).toEqual(['two']);
  });

  it.each(['polling', 'long-polling', 'events'])('by %s needs a position', async (way) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/compare/${CHANNEL}/${way}?since=7`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('an epoch, a colon and an offset');
  });
});

describe('Long polling', () => {
  it('answers at once where there is something', async () => {
    const since = await here();
    await say('one');
    expect(await said(ask('long-polling', since).answer)).toEqual(['one']);
  });

  it('answers as soon as something is said', async () => {
    const begun = watching('begun');
    const { answer } = ask('long-polling', await here());
    await begun;
    await say('one');
    expect(await said(answer)).toEqual(['one']);
  });

  it('waits for nobody who has gone', async () => {
    const begun = watching('begun');
    const { asking } = ask('long-polling', await here());
    await begun;
    const ended = watching('ended');
    asking.destroy();
    await ended;
  });
});

describe('Server-sent events', () => {
  it('bring what was said since, then what is said, each with its position', async () => {
    const since = await here();
    await say('one');
    const begun = watching('begun');
    const response = await ask('events', since).answer;
    await begun;
    await say('two');
    let text = '';
    for await (const chunk of response) {
      text += String(chunk);
      if (text.includes('two')) break;
    }
    expect(text.match(/id: .*/g)).toEqual([`id: ${since.epoch}:1`, `id: ${since.epoch}:2`]);
    expect(text.match(/"text":"\w+"/g)).toEqual(['"text":"one"', '"text":"two"']);
  });

  it('go on after the last event that a browser had', async () => {
    const since = await here();
    await say('one');
    await say('two');
    const response = await fetch(
      `http://127.0.0.1:${server.port}/api/compare/${CHANNEL}/events?since=${since.epoch}:0`,
      { headers: { 'last-event-id': `${since.epoch}:1` } },
    );
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('}\n\n')) text += (await reader.read()).value;
    await reader.cancel();
    expect(text).not.toContain('one');
    expect(text).toContain('two');
  });

  it('end their subscription with the connection', async () => {
    const begun = watching('begun');
    const { asking, answer } = ask('events', await here());
    await begun;
    await answer;
    const ended = watching('ended');
    asking.destroy();
    await ended;
  });
});

describe('When the app shuts down', () => {
  it.each(['long-polling', 'events'])('what waits by %s ends', async (way) => {
    const begun = watching('begun');
    const since = await here();
    const { answer } = ask(way, since);
    await begun;
    const began = performance.now();
    const [text] = await Promise.all([textOf(answer), server.close()]);
    expect(text.trim()).toBe(
      way === 'events' ? '' : `{"epoch":"${since.epoch}","offset":0,"messages":[],"more":false}`,
    );
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

let counting: ReturnType<TrafficCounter['count']>;

describe('Traffic', () => {
  beforeEach(async () => {
    counting = server.app.get(TrafficCounter).count(CHANNEL);
    proxy = await Proxy.to(server.port);
  });

  it('is what has gone over the connection, to the byte', async () => {
    const agent = connection();
    const since = await here();
    const first = counted(({ tallies }) => tallies.polling.requests === 3 && tallies.polling.down > 0);
    for (const text of ['one', 'two', 'three']) {
      await say(text);
      await textOf(ask('polling', since, agent, proxy!.port).answer);
    }
    const { polling, events, websocket } = (await first).tallies;
    const [carried] = proxy!.carried;
    expect(polling).toEqual({ requests: 3, up: carried?.up, down: carried?.down });
    expect(carried?.down).toBeGreaterThan(500);
    expect([events, websocket]).toEqual([
      { requests: 0, up: 0, down: 0 },
      { requests: 0, up: 0, down: 0 },
    ]);
  });

  it('leaves out what else goes over the same connection', async () => {
    const agent = connection();
    const since = await here();
    const other = async () => {
      const before = { ...proxy!.carried[0] };
      const asking = request({ port: proxy!.port, path: '/other', agent });
      asking.end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      await textOf(Promise.resolve(response));
      const after = proxy!.carried[0]!;
      return { up: after.up - (before.up ?? 0), down: after.down - (before.down ?? 0) };
    };
    const result = counted(({ tallies }) => tallies.polling.requests === 2 && tallies.post.requests === 0);
    const others = [await other()];
    await textOf(ask('polling', since, agent, proxy!.port).answer);
    others.push(await other());
    await textOf(ask('polling', since, agent, proxy!.port).answer);
    others.push(await other());
    const { polling } = (await result).tallies;
    const [carried, ...more] = proxy!.carried;
    expect(more).toEqual([]);
    expect(polling).toEqual({
      requests: 2,
      up: carried!.up - others.reduce((sum, { up }) => sum + up, 0),
      down: carried!.down - others.reduce((sum, { down }) => sum + down, 0),
    });
  });

  it('of a WebSocket begins with its handshake and goes on with its frames', async () => {
    const done = counted(({ tallies: { websocket } }) => websocket.down === proxy!.carried[0]?.down && said);
    let said = false;
    const url = proxy!.url(`${server.url}?compare=${CHANNEL}`);
    const client = await RawClient.session(url);
    await client.request({ op: 'join', room: ROOM });
    await client.request({ event: 'say', room: ROOM, data: { text: 'hello' } });
    await client.find(({ event }) => event === 'say', 'what it has said itself');
    said = true;
    const { websocket } = (await done).tallies;
    const [carried] = proxy!.carried;
    expect(websocket).toEqual({ requests: 1, up: carried?.up, down: carried?.down });
    expect(carried?.begin).toMatch(/^GET \/ws\?compare=7 HTTP/);
    await client.close();
  });

  it('of a request that waits counts already', async () => {
    const since = await here();
    const waiting = counted(({ tallies }) => tallies['long-polling'].up > 0);
    const { asking } = ask('long-polling', since, connection(), proxy!.port);
    expect((await waiting).tallies['long-polling']).toEqual({
      requests: 1,
      up: proxy!.carried[0]?.up,
      down: 0,
    });
    asking.destroy();
  });
});
