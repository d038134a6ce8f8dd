import type { Ban } from '../store/bans.js';
import { equal, KEEP_NOTHING, type Bench } from './contract-tools.js';

const MINUTE = 60_000;

function ban(bench: Bench, id: string, given: Partial<Ban> = {}): Ban {
  return { user: { id }, since: bench.under.date(), ...given };
}

/** Who is not to be in which room. */
export const banCases: readonly (readonly [string, (bench: Bench) => Promise<void>])[] = [
  [
    'a ban is found by its room and user, as it was written',
    async ({ store, under }) => {
      const now = under.date();
      const short: Ban = { user: { id: 'ann' }, since: now };
      const long: Ban = { user: { id: 'bob', name: 'Bob {1}' }, since: now, until: now + MINUTE, reason: 'a "b" 0\n' };
      await store.bans.add('a', short);
      await store.bans.add('a', long);
      equal(await store.bans.find('a', 'ann'), short, 'the short one');
      equal(await store.bans.find('a', 'bob'), long, 'the long one');
      equal(await store.bans.find('b', 'ann'), undefined, 'in another room');
      equal(await store.bans.find('a', 'Ann'), undefined, 'of another user');
    },
  ],
  [
    'a ban has ended at its time, and others have not',
    async (bench) => {
      const { bans } = bench.store;
      await bans.add('a', ban(bench, 'ann', { until: bench.under.date() + MINUTE }));
      await bans.add('a', ban(bench, 'bob', { until: bench.under.date() + 3 * MINUTE }));
      await bans.add('a', ban(bench, 'cat'));
      await bench.under.pass(MINUTE - 1_000);
      equal((await bans.list('a')).length, 3, 'before the time of the first');
      await bench.under.pass(1_000);
      equal(await bans.find('a', 'ann'), undefined, 'at its time');
      equal(
        (await bans.list('a')).map(({ user }) => user.id),
        ['bob', 'cat'],
        'listed then',
      );
      equal(await bans.lift('a', 'ann'), false, 'lifting one that has ended');
      await bans.add('a', ban(bench, 'dan', { until: bench.under.date() + MINUTE }));
      await bench.under.pass(60 * MINUTE);
      equal(
        (await bans.list('a')).map(({ user }) => user.id),
        ['cat'],
        'listed much later',
      );
    },
  ],
  [
    'a ban is lifted once',
    async (bench) => {
      const { bans } = bench.store;
      await bans.add('a', ban(bench, 'ann'));
      await bans.add('b', ban(bench, 'ann'));
      equal(await bans.lift('a', 'ann'), true, 'the first time');
      equal(await bans.lift('a', 'ann'), false, 'the second time');
      equal([(await bans.list('a')).length, (await bans.list('b')).length], [0, 1], 'bans of both rooms');
    },
  ],
  [
    'a ban takes the place of the one that the user has',
    async (bench) => {
      const { bans } = bench.store;
      await bans.add('a', ban(bench, 'ann', { until: bench.under.date() + MINUTE, reason: 'first' }));
      await bench.under.pass(1_000);
      const second = ban(bench, 'ann', { reason: 'second' });
      await bans.add('a', second);
      await bench.under.pass(MINUTE);
      equal(await bans.list('a'), [second], 'bans');
    },
  ],
  [
    'bans are listed oldest first',
    async (bench) => {
      const { bans } = bench.store;
      for (const id of ['cat', 'ann', 'bob', 'cat']) {
        await bans.add('a', ban(bench, id));
        await bench.under.pass(10);
      }
      equal(
        (await bans.list('a')).map(({ user }) => user.id),
        ['ann', 'bob', 'cat'],
        'users',
      );
    },
  ],
  [
    'a ban outlives the log of its room',
    async (bench) => {
      await bench.append('a', [1], KEEP_NOTHING);
      await bench.store.bans.add('a', ban(bench, 'ann'));
      await bench.under.pass(24 * 60 * MINUTE);
      await bench.append('a', [2], KEEP_NOTHING);
      equal((await bench.store.bans.find('a', 'ann'))?.user, { id: 'ann' }, 'the ban');
    },
  ],
  [
    'rooms and users of any name have bans of their own',
    async (bench) => {
      const { bans } = bench.store;
      const names = ['__proto__', 'constructor', '{a}', '{b}', '', ' ', '😀', '*', '"', '%7Ba%7D'];
      for (const name of names) await bans.add(`${name} room`, ban(bench, name));
      for (const name of names) {
        equal(
          (await bans.list(`${name} room`)).map(({ user }) => user.id),
          [name],
          `bans of ${JSON.stringify(name)}`,
        );
      }
    },
  ],
];
