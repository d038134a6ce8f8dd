import { describe, expect, it } from '@jest/globals';
import { Keys } from '../../lib/redis/keys.js';
import { until } from '../support/until.js';
import { apart, at, Ear, loseEnd, say, sayAtLast, Scene, whisper } from './support.js';

const scene = Scene.use();

/** Whether a piece of what Redis says tells of this message. */
const tells = (data: string) => (direction: string, chunk: Buffer) =>
  direction === 'down' && chunk.includes('message') && chunk.includes(JSON.stringify(data));

describe('hard case 25: two nodes', () => {
  it('hear one order, whoever speaks', async () => {
    const redis = await scene.redis();
    const stores = [scene.store(at(redis)), scene.store(at(redis))] as const;
    const ears = await Promise.all(stores.map((store) => Ear.at(store, 'a')));
    await Promise.all(Array.from({ length: 200 }, (_, n) => say(stores[(n % 2) as 0 | 1], 'a', n)));
    for (const ear of ears) await ear.has(200);
    expect(ears[0]?.heard).toEqual(ears[1]?.heard);
    expect(new Set(ears[0]?.heard).size).toBe(200);
  });

  it('miss nothing that was said while a subscription was lost', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [here, there] = [scene.store(at(proxy)), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    await say(there, 'a', 1);
    await ear.has(1);
    proxy.shut();
    for (const n of [2, 3, 4]) await say(there, 'a', n);
    proxy.letIn();
    await ear.has(4);
    expect(ear.heard).toEqual([1, 2, 3, 4]);
  });

  it('miss nothing where only what listens was cut off, many times, while others go on', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const here = scene.store({ client: apart(redis.port, proxy.port) });
    const there = scene.store(at(redis));
    const ear = await Ear.at(here, 'a');
    for (let n = 1; n <= 200; n++) {
      if (n % 20 === 0) proxy.cut();
      await say(there, 'a', n);
    }
    await ear.has(200);
    expect(ear.heard).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('hear what was not told before what came later', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [here, there] = [scene.store(at(proxy)), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    let lost = false;
    proxy.lose((...piece) => {
      const loses = tells('lost')(...piece);
      lost ||= loses;
      return loses;
    });
    for (const word of ['before', 'lost']) await say(there, 'a', word);
    // A busy machine carries what comes next in the same piece, which is lost as a whole.
    await until(
      () => lost,
      () => 'a message to be lost',
    );
    await say(there, 'a', 'after');
    await ear.has(3);
    expect(ear.heard).toEqual(['before', 'lost', 'after']);
  });

  it('miss no last message either: a quiet room is compared with its log', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [here, there] = [scene.store({ ...at(proxy), check: [200, 400] }), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    const { accepted } = proxy;
    proxy.lose(tells('the last'));
    await say(there, 'a', 'the last');
    await ear.has(1);
    expect(ear.heard).toEqual(['the last']);
    // The connections were there all the time, so that nothing but the comparison can have found it.
    expect(proxy.accepted).toBe(accepted);
  });

  it('tell no gap for a comparison in the midst of much that is said', async () => {
    const redis = await scene.redis();
    const [here, there] = [scene.store({ ...at(redis), check: [1, 5] }), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    let said = 0;
    const end = performance.now() + 1_000;
    while (performance.now() < end) {
      await Promise.all(Array.from({ length: 20 }, () => say(said % 3 === 0 ? here : there, 'a', ++said)));
    }
    await ear.has(said);
    expect(ear.heard).not.toContain('gap');
    expect(ear.offsets).toEqual(Array.from({ length: said }, (_, index) => index + 1));
  });

  it('find a subscription that lives and brings nothing, though nothing is said in any room', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const here = scene.store({ client: apart(redis.port, proxy.port), probe: 100, commandTimeout: 1_000 });
    const ear = await Ear.at(here, 'a');
    expect(here.health.listening).toBe(true);
    // As after a failover that left the connection with a server that nobody speaks to.
    proxy.lose((direction, chunk) => direction === 'down' && chunk.includes('message'));
    const { accepted } = proxy;
    await until(
      () => proxy.accepted > accepted,
      () => 'another connection',
    );
    proxy.lose(() => false);
    await until(
      async () => {
        await whisper(here, 'a', 'Ann');
        return ear.heard.length > 0;
      },
      () => 'an ephemeral message, which only a subscription brings',
    );
    await until(
      () => here.health.listening,
      () => 'the store to know that it hears',
    );
  });

  it('leave a subscription alone that brings what is published', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const here = scene.store({ client: apart(redis.port, proxy.port), probe: 20, commandTimeout: 500 });
    await Ear.at(here, 'a');
    const { accepted } = proxy;
    const probed = async () => {
      const stats = await redis.ask((client) => client.info('commandstats'));
      return Number(/cmdstat_publish:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    await until(
      async () => (await probed()) > 20,
      () => 'twenty probes',
    );
    expect(proxy.accepted).toBe(accepted);
  });

  it('go on where somebody publishes what nobody can read', async () => {
    const redis = await scene.redis();
    const store = scene.store(at(redis));
    const ear = await Ear.at(store, 'a');
    const channel = new Keys('roost:').live('a');
    const node = new Keys('roost:').node(store.cluster.node);
    await redis.ask(async (client) => {
      for (const text of [
        '',
        'e',
        'e\u001f',
        'p\u001fx',
        'r\u001f1\u001fid\u001f{',
        's\u001f',
        '\u001f\u001f',
        'x'.repeat(9),
      ]) {
        await client.publish(channel, text);
        await client.publish(node, text);
      }
    });
    await say(store, 'a', 1);
    await ear.hears(() => ear.heard.includes(1), 'what is said after it');
  });
});

describe('hard case 26: a failover that lost the end of a log', () => {
  it.each([
    ['has not come so far again', ['x']],
    ['has just come so far again', ['x', 'y']],
    ['is further by now', ['x', 'y', 'z']],
  ])('is told as a gap where the log %s', async (_how, others) => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [here, there] = [scene.store(at(proxy)), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    const { epoch } = await say(there, 'a', 1);
    for (const n of [2, 3]) await say(there, 'a', n);
    await ear.has(3);
    proxy.shut();
    await loseEnd(redis, 'a', 1);
    // Whoever says this has never heard of what was lost.
    for (const other of others) expect((await say(there, 'a', other)).epoch).toBe(epoch);
    proxy.letIn();
    await ear.hears(() => ear.heard.includes('gap'), 'a gap');
    expect(ear.heard.slice(0, 4)).toEqual([1, 2, 3, 'gap']);
    expect(ear.position.epoch).not.toBe(epoch);
    await say(there, 'a', 'after');
    await ear.hears(() => ear.heard.at(-1) === 'after', 'what is said after it');
    expect((await there.span('a')).epoch).toBe(ear.position.epoch);
  });

  it('is seen by a node that speaks before it has looked', async () => {
    const redis = await scene.redis();
    const [here, there] = [scene.store(at(redis)), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    for (const n of [1, 2, 3]) await say(there, 'a', n);
    await ear.has(3);
    await loseEnd(redis, 'a', 1);
    // Three at once: the first of them would have the offset behind the ones that this node knows.
    const said = await Promise.all(['x', 'y', 'z'].map((word) => say(here, 'a', word)));
    await ear.hears(() => ear.heard.includes('gap'), 'a gap');
    expect(ear.heard.slice(0, 4)).toEqual([1, 2, 3, 'gap']);
    expect(new Set(said.map(({ epoch, offset }) => `${epoch} ${offset}`)).size).toBe(3);
  });

  it('is seen by a node that hears of another past than its own, and delivers nothing of it', async () => {
    const redis = await scene.redis();
    const [here, there] = [scene.store(at(redis)), scene.store(at(redis))];
    const ear = await Ear.at(here, 'a');
    for (const n of [1, 2, 3]) await say(there, 'a', n);
    await ear.has(3);
    await loseEnd(redis, 'a', 1);
    // These take offsets 2 and 3 again, and then one that would be next.
    for (const word of ['x', 'y', 'z']) await say(there, 'a', word);
    await ear.hears(() => ear.heard.includes('gap'), 'a gap');
    expect(ear.heard.slice(0, 4)).toEqual([1, 2, 3, 'gap']);
  });

  it('is told in a room without a history too', async () => {
    const redis = await scene.redis();
    const [here, there] = [scene.store(at(redis)), scene.store(at(redis))];
    const none = { size: 0, bytes: 0, ttl: 0 };
    const ear = await Ear.at(here, 'a', none);
    for (const n of [1, 2, 3]) await say(there, 'a', n, none);
    await ear.has(3);
    const keys = new Keys('roost:');
    await redis.ask((client) => client.hset(keys.meta('a'), 'top', 1, 'nonce', 'another'));
    for (const word of ['x', 'y', 'z']) await say(there, 'a', word, none);
    await ear.hears(() => ear.heard.includes('gap'), 'a gap');
    expect(ear.heard.slice(0, 4)).toEqual([1, 2, 3, 'gap']);
  });
});

describe('an entry', () => {
  it.each([
    ['though the connection broke and nobody knows whether it was', []],
    ['also where others have spoken since', [3, 4, 5]],
  ])('is added once, %s', async (_where, others) => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [store, watcher] = [scene.store(at(proxy)), scene.store(at(redis))];
    await say(store, 'a', 1);
    // It is added, and the answer does not come through.
    proxy.stall('down');
    const saying = say(store, 'a', 2);
    await until(
      async () => (await watcher.span('a')).top === 2,
      () => 'the entry to be added',
    );
    for (const n of others) await say(watcher, 'a', n);
    proxy.cut();
    proxy.flow();
    expect(await saying).toMatchObject({ offset: 2 });
    expect((await watcher.span('a')).top).toBe(2 + others.length);
  });

  it('is not added twice where it cannot be told whether it was: that is unavailable', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [store, watcher] = [scene.store(at(proxy)), scene.store(at(redis))];
    const none = { size: 0, bytes: 0, ttl: 0 };
    await say(store, 'a', 1, none);
    proxy.stall('down');
    const saying = say(store, 'a', 2, none);
    await until(
      async () => (await watcher.span('a')).top === 2,
      () => 'the entry to be added',
    );
    await say(watcher, 'a', 3, none);
    proxy.cut();
    proxy.flow();
    await expect(saying).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await watcher.span('a')).top).toBe(3);
  });

  it('is not added again where the log it may have been in is lost meanwhile: that is unavailable', async () => {
    const redis = await scene.redis();
    const proxy = await scene.proxy(redis);
    const [store, watcher] = [scene.store({ client: apart(proxy.port, redis.port) }), scene.store(at(redis))];
    const ear = await Ear.at(store, 'a');
    await say(store, 'a', 1);
    proxy.stall('down');
    const saying = say(store, 'a', 2);
    await ear.has(2);
    await redis.ask((client) => client.flushall());
    proxy.cut();
    proxy.flow();
    await expect(saying).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await watcher.span('a')).top).toBe(0);
  });

  it('is retracted once, whoever asks for it at the same moment', async () => {
    const redis = await scene.redis();
    const stores = [scene.store(at(redis)), scene.store(at(redis))] as const;
    const ear = await Ear.at(stores[0], 'a');
    await say(stores[0], 'a', 1);
    const done = await Promise.all(stores.map((store) => store.retract('a', 1, Date.now(), undefined)));
    expect(done.filter((position) => position !== undefined)).toHaveLength(1);
    await ear.has(2);
    await sayAtLast(stores[1], 'a', 2);
    await ear.has(3);
    expect(ear.heard).toEqual([1, 'retract 1', 2]);
  });
});
