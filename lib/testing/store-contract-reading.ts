import { KEEP_ALL, KEEP_NOTHING, equal, labelOf, range, type Bench } from './contract-tools.js';

const EVERYTHING = { limit: 100_000, bytes: Number.MAX_SAFE_INTEGER };

/** What is kept, and how it is read. */
export const readingCases: readonly (readonly [string, (bench: Bench) => Promise<void>])[] = [
  [
    'offsets rise by one, from 1, in each room by itself',
    async (bench) => {
      for (const offset of range(1, 5)) {
        equal((await bench.append('a', [offset])).offset, offset, 'offset in room a');
        equal((await bench.append('b', [offset])).offset, offset, 'offset in room b');
      }
      const page = await bench.store.read('a', { since: 0, ...EVERYTHING });
      equal(
        page.entries.map(({ offset }) => offset),
        range(1, 5),
        'offsets read',
      );
      equal([page.oldest, page.top, page.more], [1, 5, false], 'span of the page');
    },
  ],
  [
    'appends at the same moment have one order',
    async (bench) => {
      const positions = await Promise.all(range(1, 50).map((n) => bench.append('a', [n])));
      const page = await bench.store.read('a', { since: 0, ...EVERYTHING });
      const told = new Map(positions.map(({ offset }, index) => [offset, index + 1]));
      equal(
        page.entries.map(labelOf),
        range(1, 50).map((offset) => told.get(offset)),
        'messages at the offsets told',
      );
    },
  ],
  [
    'an entry is read as it was written',
    async ({ store, under }) => {
      const written = {
        event: '__proto__',
        data: '{"a":[1,"\\u2028 😀"]}',
        ts: under.date(),
        from: 'me',
        except: ['you', 'them'],
      };
      await store.append('a', written, KEEP_ALL);
      const { entries } = await store.read('a', { since: 0, ...EVERYTHING });
      equal(entries, [{ kind: 'message', offset: 1, ...written }], 'the entry');
    },
  ],
  [
    'since reads upwards, and says whether there is more',
    async (bench) => {
      await bench.append('a', range(1, 10));
      const read = async (since: number, limit: number) => {
        const page = await bench.store.read('a', { since, limit, bytes: EVERYTHING.bytes });
        return [page.entries.map(labelOf), page.more];
      };
      equal(await read(0, 3), [[1, 2, 3], true], 'from the beginning');
      equal(await read(7, 3), [[8, 9, 10], false], 'exactly to the end');
      equal(await read(9, 3), [[10], false], 'the last');
      equal(await read(10, 3), [[], false], 'at the top');
      equal(await read(99, 3), [[], false], 'ahead of the top');
    },
  ],
  [
    'before reads the last ones below, ascending, and says whether there is more',
    async (bench) => {
      await bench.append('a', range(1, 10));
      const read = async (before: number, limit: number) => {
        const page = await bench.store.read('a', { before, limit, bytes: EVERYTHING.bytes });
        return [page.entries.map(labelOf), page.more];
      };
      equal(await read(Number.MAX_SAFE_INTEGER, 3), [[8, 9, 10], true], 'the last ones');
      equal(await read(11, 3), [[8, 9, 10], true], 'just above the top');
      equal(await read(4, 3), [[1, 2, 3], false], 'exactly to the beginning');
      equal(await read(2, 3), [[1], false], 'the first');
      equal(await read(1, 3), [[], false], 'below the first');
      equal(await read(0, 3), [[], false], 'before there was anything');
    },
  ],
  [
    'a page ends at its bytes, but always has its first entry',
    async (bench) => {
      await bench.append(
        'a',
        range(1, 6).map((n) => `${n}${'x'.repeat(10_000)}`),
      );
      const upwards = await bench.store.read('a', { since: 0, limit: 100, bytes: 25_000 });
      equal([upwards.entries.map(({ offset }) => offset), upwards.more], [[1, 2], true], 'upwards');
      const downwards = await bench.store.read('a', { before: 7, limit: 100, bytes: 25_000 });
      equal([downwards.entries.map(({ offset }) => offset), downwards.more], [[5, 6], true], 'downwards');
      const small = await bench.store.read('a', { since: 2, limit: 100, bytes: 10 });
      equal([small.entries.map(({ offset }) => offset), small.more], [[3], true], 'one that is larger than the page');
    },
  ],
  [
    'a room keeps at most its number of entries',
    async (bench) => {
      await bench.append('a', range(1, 20), { ...KEEP_ALL, size: 5 });
      equal(await bench.labels('a'), range(16, 20), 'kept');
      const page = await bench.store.read('a', { since: 3, ...EVERYTHING });
      equal(
        [page.oldest, page.top, page.entries[0]?.offset],
        [16, 20, 16],
        'a page from before the oldest begins with it',
      );
    },
  ],
  [
    'a room keeps at most its bytes',
    async (bench) => {
      await bench.append(
        'a',
        range(1, 20).map((n) => `${n} ${'x'.repeat(9_000)}`),
        { ...KEEP_ALL, bytes: 50_000 },
      );
      const span = await bench.store.span('a');
      const kept = span.top - span.oldest + 1;
      equal(span.top, 20, 'top');
      equal(kept >= 3 && kept <= 5, true, `${kept} of 9,000 bytes kept in 50,000`);
    },
  ],
  [
    'a room keeps nothing that is too old',
    async (bench) => {
      const retention = { ...KEEP_ALL, ttl: 60_000 };
      await bench.append('a', ['old'], retention);
      await bench.under.pass(40_000);
      await bench.append('a', ['new'], retention);
      equal(await bench.labels('a'), ['old', 'new'], 'before');
      await bench.under.pass(30_000);
      equal(await bench.labels('a'), ['new'], 'when the first is too old');
      equal((await bench.store.span('a')).oldest, 2, 'oldest');
    },
  ],
  [
    'a room without a history keeps no message',
    async (bench) => {
      const listener = await bench.subscribe('a', KEEP_NOTHING);
      const position = await bench.append('a', [1, 2], KEEP_NOTHING);
      equal(position.offset, 2, 'offset');
      equal(listener.offsets, [1, 2], 'delivered');
      const page = await bench.store.read('a', { since: 0, ...EVERYTHING });
      equal([page.entries.length, page.oldest, page.top, page.more], [0, 3, 2, false], 'kept');
    },
  ],
  [
    'a retracted message keeps its place and loses its data; the retraction is an entry of its own',
    async (bench) => {
      await bench.append('a', [1, 2, 3]);
      const position = await bench.store.retract('a', 2, bench.under.date(), KEEP_ALL);
      equal(position?.offset, 4, 'offset of the retraction');
      const { entries } = await bench.store.read('a', { since: 0, ...EVERYTHING });
      equal(entries.map(labelOf), [1, 'retracted', 3, 'retract 2'], 'the log');
      equal(JSON.stringify(entries[1]).includes('"data":"2"'), false, 'its data is still there');
    },
  ],
  [
    'nothing is retracted twice, nor a retraction, nor what is not there',
    async (bench) => {
      await bench.append('a', [1, 2]);
      await bench.store.retract('a', 1, bench.under.date(), KEEP_ALL);
      for (const target of [1, 3, 4, 0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER]) {
        equal(await bench.store.retract('a', target, 0, KEEP_ALL), undefined, `retraction of ${target}`);
      }
      equal(await bench.store.retract('nowhere', 1, 0, KEEP_ALL), undefined, 'retraction in a room without a log');
      equal(await bench.labels('a'), ['retracted', 2, 'retract 1'], 'the log');
    },
  ],
  [
    'a message that is no longer kept can be retracted: who has it learns of it',
    async (bench) => {
      const retention = { ...KEEP_ALL, size: 2 };
      await bench.append('a', [1, 2, 3], retention);
      equal((await bench.store.retract('a', 1, bench.under.date(), retention))?.offset, 4, 'offset of the retraction');
      equal(await bench.labels('a'), [3, 'retract 1'], 'the log');
    },
  ],
];
